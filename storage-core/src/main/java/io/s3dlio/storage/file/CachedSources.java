package io.s3dlio.storage.file;

import io.s3dlio.storage.PageCacheMode;
import java.io.IOException;
import java.nio.file.Path;

/** Opens files to be read through the page cache, with advice where there is any to give. */
final class CachedSources implements FileSource.Opener {
  private final PageCacheMode mode;
  private final PageCache pageCache;

  CachedSources(PageCacheMode mode, PageCache pageCache) {
    this.mode = mode;
    this.pageCache = pageCache;
  }

  @Override
  public FileSource open(Path path, long offset, int wanted, long length) throws IOException {
    PageCacheMode advice = advice(offset, wanted, length);
    if (pageCache.isBound()) {
      return new DescriptorSource(path, advice, pageCache);
    }
    if (advice != PageCacheMode.NORMAL) {
      pageCache.withhold();
    }
    return new ChannelSource(path);
  }

  private PageCacheMode advice(long offset, int wanted, long length) {
    if (mode != PageCacheMode.AUTO) {
      return mode;
    }
    boolean small = length < PageCacheMode.SEQUENTIAL_THRESHOLD;
    boolean whole = offset == 0 && wanted >= length;
    return length < 0 || (small && whole) ? PageCacheMode.NORMAL : mode.resolve(length);
  }
}
