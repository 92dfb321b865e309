package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What a store is opened with.
 *
 * @param pageCacheMode how {@code file://} reads use the page cache
 * @param directFallback whether {@code direct://} goes through the page cache where the file system
 *     refuses O_DIRECT, instead of failing
 */
public record StoreConfig(PageCacheMode pageCacheMode, boolean directFallback)
    implements Serializable {
  public static final StoreConfig DEFAULT = new StoreConfig(PageCacheMode.AUTO, false);

  public StoreConfig {
    requireNonNull(pageCacheMode, "pageCacheMode is null");
  }

  public StoreConfig withPageCacheMode(PageCacheMode mode) {
    return new StoreConfig(mode, directFallback);
  }

  public StoreConfig withDirectFallback(boolean fallback) {
    return new StoreConfig(pageCacheMode, fallback);
  }
}
