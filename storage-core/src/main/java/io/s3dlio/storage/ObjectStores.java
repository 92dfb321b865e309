package io.s3dlio.storage;

import io.s3dlio.storage.file.DirectStore;
import io.s3dlio.storage.file.FileStore;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Stores;

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

  /** Opens a store of S3. */
  public static ObjectStore createS3Store(S3Config config) {
    return S3Stores.open(config);
  }

  /** Opens the store that holds a location. */
  public static ObjectStore forLocation(Location location, StoreConfig config) {
    return switch (location.scheme()) {
      case "file" -> new FileStore(config);
      case "direct" -> new DirectStore(config);
      case "s3" -> S3Stores.open(config.s3(location.container()));
      default ->
          throw new IllegalArgumentException(
              "Cannot open %s: no store for '%s' yet (use file, direct or s3)"
                  .formatted(location, location.scheme()));
    };
  }
}
