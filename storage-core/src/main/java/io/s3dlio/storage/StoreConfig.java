package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.s3.S3Config;
import java.io.Serializable;

/**
 * What a store is opened with.
 *
 * @param pageCacheMode how {@code file://} reads use the page cache
 * @param directFallback whether {@code direct://} goes through the page cache where the file system
 *     refuses O_DIRECT, instead of failing
 * @param s3 how {@code s3://} is reached
 */
public record StoreConfig(PageCacheMode pageCacheMode, boolean directFallback, S3Config s3)
    implements Serializable {
  public static final StoreConfig DEFAULT =
      new StoreConfig(PageCacheMode.AUTO, false, S3Config.DEFAULT);

  public StoreConfig {
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    requireNonNull(s3, "s3 is null");
  }

  public StoreConfig withPageCacheMode(PageCacheMode mode) {
    return new StoreConfig(mode, directFallback, s3);
  }

  public StoreConfig withDirectFallback(boolean fallback) {
    return new StoreConfig(pageCacheMode, fallback, s3);
  }

  public StoreConfig withS3(S3Config config) {
    return new StoreConfig(pageCacheMode, directFallback, config);
  }
}
