package io.s3dlio.spark;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;

/** A service that keeps objects, for tests, looked at by other means than ours. */
public abstract class Cloud {
  private final String scheme;
  private final URI endpoint;
  private String container = "";

  Cloud(String scheme, URI endpoint) {
    this.scheme = scheme;
    this.endpoint = endpoint;
  }

  public String scheme() {
    return scheme;
  }

  /** Returns the server, with the path below which it keeps everything. */
  public URI endpoint() {
    return endpoint;
  }

  /** Returns the options of Spark that reach the server. */
  public Map<String, String> options() {
    return options(endpoint);
  }

  /**
   * Returns the options that reach it by a relay.
   *
   * @param relay where that listens, without a path
   */
  public abstract Map<String, String> options(URI relay);

  /** Returns the endpoint as an option names it, by a relay. */
  final String at(URI relay) {
    return relay.resolve(endpoint.getPath()).toString();
  }

  /** Returns the variables of the environment that reach the server. */
  public abstract Map<String, String> environment();

  /** Returns the settings of Hadoop's own connector that reach the server. */
  public abstract Map<String, String> hadoop();

  /** Returns the options that Hadoop has no settings for. */
  public Map<String, String> besideHadoop() {
    return Map.of();
  }

  /** Returns a location as Hadoop's own connector is given it. */
  public abstract String hadoopUri(String container, String key);

  /** Returns what nobody must see of the options. */
  public abstract String secret();

  /** Returns the option that holds the secret. */
  public abstract String secretOption();

  /** Returns whether requests of others are refused: an emulator may serve everybody. */
  public boolean refusesOthers() {
    return true;
  }

  /** Makes a container of the name. */
  public abstract void create(String name) throws IOException;

  public abstract void put(String container, String key, byte[] content) throws IOException;

  public abstract byte[] get(String container, String key) throws IOException;

  public abstract void delete(String container, String key) throws IOException;

  /** Returns all keys of a container with a prefix, hidden ones too. */
  public abstract List<String> keys(String container, String prefix) throws IOException;

  /** Returns in how many parts an object was written; empty if the service does not tell. */
  public abstract OptionalInt parts(String container, String key) throws IOException;

  /** Returns the keys of uploads that the service keeps until somebody ends them. */
  public List<String> unfinished(String container, String prefix) throws IOException {
    return List.of();
  }

  /** Returns whether a request asks for a page of a listing, by its first line. */
  public abstract boolean isListing(String request);

  /** Returns whether a request asks about one object alone. */
  public abstract boolean isStat(String request);

  /** Returns whether a request reads content. */
  public abstract boolean isRead(String request);

  /** Returns whether a request writes content. */
  public abstract boolean isWrite(String request);

  /** Returns how many objects a page has at most. */
  public abstract int pageSize();

  /** Returns a folder in a container of this JVM's, in which nothing is. */
  public final CloudFolder folder() throws IOException {
    return new CloudFolder(this, container(), UUID.randomUUID().toString());
  }

  private synchronized String container() throws IOException {
    if (container.isEmpty()) {
      String name = "spark-" + UUID.randomUUID();
      create(name);
      container = name;
    }
    return container;
  }

  /** Its name, for the names of tests. */
  @Override
  public String toString() {
    return scheme;
  }
}
