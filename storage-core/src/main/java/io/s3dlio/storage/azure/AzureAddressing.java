package io.s3dlio.storage.azure;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.ServiceAddress;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.transport.Endpoint;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a container is: at the account's own host, or below a path at another server's. Immutable.
 */
final class AzureAddressing {
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
      ServiceAddress address = ServiceAddress.parse(given, "http(s)://host[:port][/account]");
      // The host of the blob service also stands for the one of hierarchical accounts.
      endpoint =
          address
              .endpoint()
              .withHost(address.endpoint().host().replaceFirst("\\.dfs\\.core\\.", ".blob.core."));
      basePath = address.basePath();
    }
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
