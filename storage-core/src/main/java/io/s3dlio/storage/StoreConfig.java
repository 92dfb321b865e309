package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.s3.S3Config;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;

/**
 * What a store is opened with.
 *
 * @param pageCacheMode how {@code file://} reads use the page cache
 * @param directFallback whether {@code direct://} goes through the page cache where the file system
 *     refuses O_DIRECT, instead of failing
 * @param s3 how {@code s3://} is reached
 * @param s3Buckets how buckets are reached that are not reached so, by their names
 * @param azure how {@code az://} is reached
 * @param azureContainers how containers are reached that are not reached so, by their names with
 *     their accounts, as locations have them
 * @param gcs how {@code gs://} is reached
 * @param gcsBuckets how buckets are reached that are not reached so, by their names
 */
public record StoreConfig(
    PageCacheMode pageCacheMode,
    boolean directFallback,
    S3Config s3,
    Map<String, S3Config> s3Buckets,
    AzureConfig azure,
    Map<String, AzureConfig> azureContainers,
    GcsConfig gcs,
    Map<String, GcsConfig> gcsBuckets)
    implements Serializable {
  public static final StoreConfig DEFAULT =
      new StoreConfig(
          PageCacheMode.AUTO,
          false,
          S3Config.DEFAULT,
          Map.of(),
          AzureConfig.DEFAULT,
          Map.of(),
          GcsConfig.DEFAULT,
          Map.of());

  public StoreConfig {
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    requireNonNull(s3, "s3 is null");
    requireNonNull(azure, "azure is null");
    requireNonNull(gcs, "gcs is null");
    s3Buckets = Map.copyOf(s3Buckets);
    azureContainers = Map.copyOf(azureContainers);
    gcsBuckets = Map.copyOf(gcsBuckets);
  }

  /** Returns how a bucket is reached. */
  public S3Config s3(String bucket) {
    return s3Buckets.getOrDefault(bucket, s3);
  }

  /**
   * Returns how a container of Azure is reached.
   *
   * @param container as a location has it, with its account or without
   */
  public AzureConfig azure(String container) {
    return azureContainers.getOrDefault(container, azure).of(container);
  }

  /** Returns how a bucket of Google's is reached. */
  public GcsConfig gcs(String bucket) {
    return gcsBuckets.getOrDefault(bucket, gcs);
  }

  public StoreConfig withPageCacheMode(PageCacheMode mode) {
    return new StoreConfig(
        mode, directFallback, s3, s3Buckets, azure, azureContainers, gcs, gcsBuckets);
  }

  public StoreConfig withDirectFallback(boolean fallback) {
    return new StoreConfig(
        pageCacheMode, fallback, s3, s3Buckets, azure, azureContainers, gcs, gcsBuckets);
  }

  /** Returns this with all buckets of S3 reached in one way. */
  public StoreConfig withS3(S3Config config) {
    return new StoreConfig(
        pageCacheMode, directFallback, config, Map.of(), azure, azureContainers, gcs, gcsBuckets);
  }

  /** Returns this with all containers of Azure reached in one way. */
  public StoreConfig withAzure(AzureConfig config) {
    return new StoreConfig(
        pageCacheMode, directFallback, s3, s3Buckets, config, Map.of(), gcs, gcsBuckets);
  }

  /** Returns this with all buckets of Google's reached in one way. */
  public StoreConfig withGcs(GcsConfig config) {
    return new StoreConfig(
        pageCacheMode, directFallback, s3, s3Buckets, azure, azureContainers, config, Map.of());
  }

  /**
   * Returns how the service that has a location is treated; empty of local files.
   *
   * @throws IllegalArgumentException if the location is of an account that is not configured
   */
  public Optional<ClientConfig> client(Location location) {
    return switch (location.scheme()) {
      case "s3" -> Optional.of(s3(location.container()).client());
      case "az" -> Optional.of(azure(location.container()).client());
      case "gs" -> Optional.of(gcs(location.container()).client());
      default -> Optional.empty();
    };
  }

  /** Returns this with the service that has a location treated in another way; for it alone. */
  public StoreConfig withClient(Location location, ClientConfig client) {
    String container = location.container();
    return switch (location.scheme()) {
      case "s3" -> withS3(s3(container).toBuilder().client(client).build());
      case "az" -> withAzure(azure(container).withClient(client));
      case "gs" -> withGcs(gcs(container).withClient(client));
      default -> this;
    };
  }
}
