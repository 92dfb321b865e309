package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.s3.S3Config;
import java.io.Serializable;
import java.util.Map;

/**
 * What a store is opened with.
 *
 * @param pageCacheMode how {@code file://} reads use the page cache
 * @param directFallback whether {@code direct://} goes through the page cache where the file system
 *     refuses O_DIRECT, instead of failing
 * @param s3 how {@code s3://} is reached
 * @param s3Buckets how buckets are reached that are not reached so, by their names
 */
public record StoreConfig(
    PageCacheMode pageCacheMode,
    boolean directFallback,
    S3Config s3,
    Map<String, S3Config> s3Buckets)
    implements Serializable {
  public static final StoreConfig DEFAULT =
      new StoreConfig(PageCacheMode.AUTO, false, S3Config.DEFAULT, Map.of());

  public StoreConfig {
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    requireNonNull(s3, "s3 is null");
    s3Buckets = Map.copyOf(s3Buckets);
  }

  /** Returns how a bucket is reached. */
  public S3Config s3(String bucket) {
    return s3Buckets.getOrDefault(bucket, s3);
  }

  public StoreConfig withPageCacheMode(PageCacheMode mode) {
    return new StoreConfig(mode, directFallback, s3, s3Buckets);
  }

  public StoreConfig withDirectFallback(boolean fallback) {
    return new StoreConfig(pageCacheMode, fallback, s3, s3Buckets);
  }

  /** Returns this with all buckets reached in one way. */
  public StoreConfig withS3(S3Config config) {
    return new StoreConfig(pageCacheMode, directFallback, config, Map.of());
  }
}
