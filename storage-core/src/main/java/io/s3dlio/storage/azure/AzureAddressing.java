package io.s3dlio.storage.azure;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.transport.Endpoint;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a container is: at the account's own host, or below a path at another server's. Immutable.
 */
final class AzureAddressing {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /** By "Naming and Referencing Containers" of the REST API reference. */
  private static final Pattern CONTAINER =
      Pattern.compile("\\$root|\\$web|\\$logs|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

  private final Endpoint endpoint;
  private final String basePath;

  /**
   * @param given the server; null for the account's own
   */
  AzureAddressing(@Nullable URI given, String account) {
    if (given == null) {
      endpoint = new Endpoint(true, account + ".blob.core.windows.net", HTTPS_PORT);
      basePath = "";
    } else {
      endpoint = parse(given);
      String path = given.getRawPath() == null ? "" : given.getRawPath();
      basePath = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
  }

  /** The host of the blob service also stands for the one of hierarchical accounts. */
  private static Endpoint parse(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean tls = scheme.equals("https");
    if (!(tls || scheme.equals("http"))
        || uri.getHost() == null
        || uri.getUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "Invalid endpoint (write http(s)://host[:port][/account], without user info and query)");
    }
    String host = uri.getHost().replaceFirst("\\.dfs\\.core\\.", ".blob.core.");
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new Endpoint(
        tls, bare, uri.getPort() > 0 ? uri.getPort() : tls ? HTTPS_PORT : HTTP_PORT);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Returns the encoded path of an object, or of the container if the key is empty.
   *
   * @throws IllegalArgumentException if no container can have such a name
   */
  String path(Location location, String key) {
    String container = AzureNames.container(location);
    if (!CONTAINER.matcher(container).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no container's name (3 to 63 lower-case letters, digits and single hyphens)"
              .formatted(container));
    }
    String root = basePath + '/' + container;
    return key.isEmpty() ? root : root + '/' + UriText.path(key);
  }

  /** Returns the encoded path of the whole service. */
  String path() {
    return basePath + '/';
  }
}
