package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of an object or of a prefix: scheme, container and key, the key's text kept as given.
 *
 * <p>A key is text, not a URI path: nothing in it is decoded or encoded, and {@code %}, {@code +},
 * {@code ?}, {@code #} and spaces stand for themselves. The form is {@code scheme://container/key};
 * a local file has an empty container and a key without the leading slash, so {@code
 * file:///data/a.bin} has the key {@code data/a.bin}. A container of Azure may name its account,
 * {@code az://container@account/key}, and its cloud if it is not the public one, {@code
 * az://container@account.blob.core.usgovcloudapi.net/key}.
 *
 * @param scheme the store, in lower case: {@code file}, {@code direct}, {@code s3}, {@code az} or
 *     {@code gs}
 * @param container the bucket or container; empty for local files
 * @param key the object's key or a key prefix; may be empty
 */
public record Location(String scheme, String container, String key) implements Serializable {
  /** The order in which every store lists keys: that of their UTF-8 bytes. */
  public static final Comparator<String> KEY_ORDER = Location::compareUtf8;

  private static final List<String> LOCAL_SCHEMES = List.of("file", "direct");

  /** What others call our schemes. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "s3a", "s3", "s3n", "s3", "abfs", "az", "abfss", "az", "wasb", "az", "wasbs", "az", "gcs",
          "gs");

  private static final List<String> SCHEMES = List.of("file", "direct", "s3", "az", "gs");

  /** A container of Azure with its account, whose host is left out at the public cloud. */
  private static final Pattern CONTAINER_AT_ACCOUNT =
      Pattern.compile(
          "(\\$?[a-z0-9](?:-?[a-z0-9])*)@([a-z0-9]{3,24})"
              + "(?:\\.((?:z\\d+\\.)?)(?:blob|dfs)\\.([a-z0-9-]+(?:\\.[a-z0-9-]+)+))?");

  private static final Pattern HOST_OF_ACCOUNT =
      Pattern.compile("[a-z0-9]{3,24}\\.(?:z\\d+\\.)?(?:blob|dfs)\\.[a-z0-9.-]+");
  private static final String PUBLIC_CLOUD = "core.windows.net";

  /** What signed URLs carry: of AWS, of its older kind and of Google, and of Azure's SAS. */
  private static final Pattern SIGNATURE =
      Pattern.compile(
          "[?&](x-(?:amz|goog)-(?:signature|credential|security-token)|signature|awsaccesskeyid|sig)=",
          Pattern.CASE_INSENSITIVE);

  public Location {
    requireNonNull(scheme, "scheme is null");
    requireNonNull(container, "container is null");
    requireNonNull(key, "key is null");
    requireKnown(scheme);
    // First of all, so that no other message prints what may be a secret.
    if (container.indexOf('@') >= 0
        && !(scheme.equals("az") && CONTAINER_AT_ACCOUNT.matcher(container).matches())) {
      throw new IllegalArgumentException(
          "Invalid location: %s:// is followed by user info (give credentials in the configuration)"
              .formatted(scheme));
    }
    if (LOCAL_SCHEMES.contains(scheme) != container.isEmpty()) {
      throw new IllegalArgumentException(
          LOCAL_SCHEMES.contains(scheme)
              ? "Invalid location: %s://%s/ names a host (write %s:///path)"
                  .formatted(scheme, container, scheme)
              : "Invalid location: %s:// names no container (write %s://container/key)"
                  .formatted(scheme, scheme));
    }
    if (!isName(container)) {
      throw new IllegalArgumentException(
          "Invalid location: '%s' is no container's name (it has none of / ? # \\ and spaces)"
              .formatted(container));
    }
    if (key.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("Invalid location: the key contains a NUL character");
    }
  }

  /**
   * Parses {@code scheme://container/key}. For local files {@code file:/path}, {@code
   * file://./path} and a path without a scheme are accepted too; a relative one starts at the
   * working directory. The ARN of an access point is a container, with a slash before its name or a
   * colon. Hadoop's {@code s3a://} and {@code s3n://} are {@code s3://}, its {@code abfs[s]://} and
   * {@code wasb[s]://} are {@code az://}, {@code gcs://} is {@code gs://}. The URL of an object at
   * Azure, {@code https://account.blob.core.windows.net/container/key}, is decoded.
   *
   * @throws IllegalArgumentException if the scheme is unknown, the container is missing, or there
   *     is user info or a signature; the message does not repeat it
   */
  public static Location parse(String uri) {
    requireNonNull(uri, "uri is null");
    if (uri.isBlank()) {
      throw new IllegalArgumentException("Invalid location: it is empty");
    }
    int colon = uri.indexOf(':');
    int slash = uri.indexOf('/');
    boolean hasScheme = colon > 1 && (slash < 0 || slash == colon + 1);
    if (!hasScheme) {
      if (colon >= 0 && (slash < 0 || colon < slash)) {
        throw new IllegalArgumentException(
            "Invalid location: a relative path with a colon in its first name looks like a scheme"
                + " (write ./ before it)");
      }
      return local("file", uri);
    }
    String written = uri.substring(0, colon).toLowerCase(Locale.ROOT);
    String scheme = ALIASES.getOrDefault(written, written);
    String rest = uri.substring(colon + 1);
    if (written.equals("https")) {
      return ofUrl(uri, rest);
    }
    if (LOCAL_SCHEMES.contains(scheme)) {
      return rest.startsWith("//")
          ? localAfterSlashes(scheme, rest.substring(2))
          : local(scheme, rest);
    }
    requireKnown(scheme);
    if (!rest.startsWith("//")) {
      throw new IllegalArgumentException(
          "Invalid location: '%s:' is not followed by '//'".formatted(scheme));
    }
    requireUnsigned(scheme, rest);
    String path = withoutSlashInArn(rest.substring(2));
    int end = path.indexOf('/');
    String container = end < 0 ? path : path.substring(0, end);
    return new Location(
        scheme,
        scheme.equals("az") ? withoutPublicCloud(container) : container,
        end < 0 ? "" : path.substring(end + 1));
  }

  /** Both hosts of an account, of blobs and of files in directories, have the same objects. */
  private static String withoutPublicCloud(String container) {
    Matcher matcher = CONTAINER_AT_ACCOUNT.matcher(container);
    if (!matcher.matches() || matcher.group(4) == null) {
      return container;
    }
    String name = matcher.group(1) + '@' + matcher.group(2);
    return matcher.group(4).equals(PUBLIC_CLOUD)
        ? name
        : name + '.' + matcher.group(3) + "blob." + matcher.group(4);
  }

  private static Location ofUrl(String uri, String rest) {
    requireUnsigned("https", rest);
    URI url;
    try {
      url = new URI(uri);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "Invalid location: it is no URL (encode its path as in a browser's address, or write"
              + " az://container@account/key)",
          null);
    }
    String host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
    if (url.getRawUserInfo() != null || !HOST_OF_ACCOUNT.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "Invalid location: https:// is followed by no account's host at Azure"
              + " (https://account.blob.core.windows.net/container/key)");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null || url.getPort() >= 0) {
      throw new IllegalArgumentException(
          "Invalid location: the URL has a port, a query or a fragment (leave it out; a ? or # of a"
              + " key is written %3F, %23)");
    }
    String path = url.getPath().startsWith("/") ? url.getPath().substring(1) : "";
    int end = path.indexOf('/');
    String container = end < 0 ? path : path.substring(0, end);
    return new Location(
        "az",
        container.isEmpty() ? "" : withoutPublicCloud(container + '@' + host),
        end < 0 ? "" : path.substring(end + 1));
  }

  /** AWS writes {@code accesspoint/name} and {@code accesspoint:name} for the same. */
  private static String withoutSlashInArn(String path) {
    int slash = path.indexOf('/');
    boolean inArn =
        slash > 0 && path.startsWith("arn:") && path.startsWith(":accesspoint", slash - 12);
    return inArn ? path.substring(0, slash) + ':' + path.substring(slash + 1) : path;
  }

  /** A loop, since a listing makes millions of locations. */
  private static boolean isName(String container) {
    for (int i = 0; i < container.length(); i++) {
      char c = container.charAt(i);
      if (c <= ' ' || "/?#\\".indexOf(c) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static void requireKnown(String scheme) {
    if (!SCHEMES.contains(scheme)) {
      throw new IllegalArgumentException(
          "Invalid location: unknown scheme '%s' (known: %s)"
              .formatted(scheme, String.join(", ", SCHEMES)));
    }
  }

  /** A location is printed and stored, and who reads a signature may use it. */
  private static void requireUnsigned(String scheme, String rest) {
    Matcher signature = SIGNATURE.matcher(rest);
    if (signature.find()) {
      throw new IllegalArgumentException(
          "Invalid location: %s:// is followed by the parameter '%s' of a signed URL (leave it out and"
                  .formatted(scheme, signature.group(1))
              + " give credentials in the configuration)");
    }
  }

  private static Location localAfterSlashes(String scheme, String path) {
    boolean dotted = path.startsWith("./") || path.startsWith("../");
    if (!dotted && !path.startsWith("/")) {
      throw new IllegalArgumentException(
          path.isEmpty()
              ? "Invalid location: %s:// has no path".formatted(scheme)
              : "Invalid location: %1$s:// is followed by a host (write %1$s:///path, or %1$s://./path for a relative one)"
                  .formatted(scheme));
    }
    return local(scheme, path);
  }

  private static Location local(String scheme, String path) {
    if (path.isEmpty()) {
      throw new IllegalArgumentException("Invalid location: %s: has no path".formatted(scheme));
    }
    return new Location(
        scheme, "", path.startsWith("/") ? path.substring(1) : keyInWorkingDirectory(path));
  }

  /** Text alone: {@code Path} cannot express every name in every locale. */
  private static String keyInWorkingDirectory(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : (System.getProperty("user.dir") + "/" + path).split("/")) {
      if (name.equals("..")) {
        names.pollLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    String key = String.join("/", names);
    return path.endsWith("/") && !key.isEmpty() ? key + "/" : key;
  }

  /** Returns whether this is in the local file system, buffered or direct. */
  public boolean isLocal() {
    return LOCAL_SCHEMES.contains(scheme);
  }

  /** Returns this location with {@code suffix} appended to the key, as text. */
  public Location append(String suffix) {
    return new Location(scheme, container, key + suffix);
  }

  /** Returns this location with another key. */
  public Location withKey(String newKey) {
    return new Location(scheme, container, newKey);
  }

  /**
   * Returns the prefix that holds what lies below this location: the key with a slash at its end,
   * or the empty key of a container's root.
   */
  public Location asPrefix() {
    return key.isEmpty() || key.endsWith("/") ? this : append("/");
  }

  /** Returns whether the key can only be a prefix: it is empty or ends with a slash. */
  public boolean isPrefix() {
    return key.isEmpty() || key.endsWith("/");
  }

  /** Returns the part of the key after its last slash; empty for a prefix. */
  public String name() {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  /** Returns {@code scheme://container/key}, which {@link #parse} reads back. */
  @Override
  public String toString() {
    return scheme + "://" + container + "/" + key;
  }

  /** UTF-16 units order as UTF-8 bytes do, but for surrogates, which stand above the rest. */
  private static int compareUtf8(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean sameClass = Character.isSurrogate(a) == Character.isSurrogate(b);
        return sameClass ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
