package io.s3dlio.storage.file;

import io.s3dlio.storage.PageCacheMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Reads through the page cache, with advice where there is any to give. */
final class CachedReader implements RangeReader {
  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

  private final PageCacheMode mode;
  private final PageCache pageCache;

  CachedReader(PageCacheMode mode, PageCache pageCache) {
    this.mode = mode;
    this.pageCache = pageCache;
  }

  @Override
  public void read(Path path, long offset, ByteBuffer target, long length) throws IOException {
    PageCacheMode advice = advice(offset, target.remaining(), length);
    if (advice == PageCacheMode.NORMAL || !pageCache.isAvailable()) {
      readPlain(path, offset, target);
    } else {
      pageCache.read(path, offset, target, advice);
    }
  }

  /** Reads without a word to the operating system. */
  static void readPlain(Path path, long offset, ByteBuffer target) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      long position = offset;
      int limit = target.limit();
      try {
        while (target.position() < limit) {
          target.limit(
              target.position() + Math.min(limit - target.position(), RangeReader.MAX_TRANSFER));
          int read = channel.read(target, position);
          if (read < 0) {
            return;
          }
          position += read;
        }
      } finally {
        target.limit(limit);
      }
    }
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
