package io.s3dlio.storage;

import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.azure.AzureStores;
import io.s3dlio.storage.file.DirectStore;
import io.s3dlio.storage.file.FileStore;
import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.gcs.GcsStores;
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

  /** Opens a store of Azure Blob Storage. */
  public static ObjectStore createAzureStore(AzureConfig config) {
    return AzureStores.open(config);
  }

  /** Opens a store of Google Cloud Storage. */
  public static ObjectStore createGcsStore(GcsConfig config) {
    return GcsStores.open(config);
  }

  /** Opens the store that holds a location. */
  public static ObjectStore forLocation(Location location, StoreConfig config) {
    return switch (location.scheme()) {
      case "file" -> new FileStore(config);
      case "direct" -> new DirectStore(config);
      case "s3" -> S3Stores.open(config.s3(location.container()));
      case "az" -> AzureStores.open(config.azure(location.container()));
      case "gs" -> GcsStores.open(config.gcs(location.container()));
      default -> throw new IllegalArgumentException("No store has " + location);
    };
  }
}
