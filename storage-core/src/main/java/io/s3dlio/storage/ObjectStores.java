package io.s3dlio.storage;

import io.s3dlio.storage.file.DirectStore;
import io.s3dlio.storage.file.FileStore;

/** Opens stores. */
public final class ObjectStores {
  private ObjectStores() {}

  /**
   * Opens the store that a URI names, with the defaults.
   *
   * @throws IllegalArgumentException if the URI is malformed or no store has its scheme
   */
  public static ObjectStore forUri(String uri) {
    return forUri(uri, StoreConfig.DEFAULT);
  }

  /**
   * Opens the store that a URI names.
   *
   * @throws IllegalArgumentException if the URI is malformed or no store has its scheme
   */
  public static ObjectStore forUri(String uri, StoreConfig config) {
    return forLocation(Location.parse(uri), config);
  }

  /** Opens the store that holds a location. */
  public static ObjectStore forLocation(Location location, StoreConfig config) {
    return switch (location.scheme()) {
      case "file" -> new FileStore(config);
      case "direct" -> new DirectStore(config);
      default ->
          throw new IllegalArgumentException(
              "Cannot open %s: no store for '%s' yet (use file or direct)"
                  .formatted(location, location.scheme()));
    };
  }
}
