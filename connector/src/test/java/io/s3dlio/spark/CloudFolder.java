package io.s3dlio.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/**
 * A folder of a container, looked at by other means than ours.
 *
 * @param prefix of its keys, without a slash at the end
 */
public record CloudFolder(Cloud cloud, String container, String prefix) {
  /** Returns where it is, without a slash at the end. */
  public String uri() {
    return "%s://%s/%s".formatted(cloud.scheme(), container, prefix);
  }

  /** Returns where it is for Hadoop's own connector. */
  public String hadoopUri() {
    return cloud.hadoopUri(container, prefix);
  }

  private String key(String name) {
    return prefix + '/' + name;
  }

  public void put(String name, byte[] content) throws IOException {
    cloud.put(container, key(name), content);
  }

  public void put(String name, String content) throws IOException {
    put(name, content.getBytes(UTF_8));
  }

  public byte[] get(String name) throws IOException {
    return cloud.get(container, key(name));
  }

  public String text(String name) throws IOException {
    return new String(get(name), UTF_8);
  }

  public void delete(String name) throws IOException {
    cloud.delete(container, key(name));
  }

  /** Returns the names of all objects, hidden ones too, below the folder. */
  public List<String> names() throws IOException {
    return cloud.keys(container, key("")).stream()
        .map(key -> key.substring(prefix.length() + 1))
        .toList();
  }

  /** Returns the names of the objects that reads see. */
  public List<String> visible() throws IOException {
    return names().stream().filter(name -> !name.matches("(.*/)?[_.].*")).toList();
  }

  public OptionalInt parts(String name) throws IOException {
    return cloud.parts(container, key(name));
  }

  /** Returns the names of uploads that somebody has to end. */
  public List<String> unfinished() throws IOException {
    return cloud.unfinished(container, key("")).stream()
        .map(key -> key.substring(prefix.length() + 1))
        .toList();
  }
}
