package io.s3dlio.storage.file;

import io.s3dlio.storage.PageCacheMode;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;

/** Writes through the page cache. */
final class CachedSink implements FileSink {
  private static final Set<StandardOpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path path;
  private final FileChannel channel;
  private final boolean evict;
  private final PageCache pageCache;
  private final int maxWrite;

  CachedSink(Path path, WriterOptions options, ChannelOpener opener, PageCache pageCache)
      throws IOException {
    this.path = path;
    this.maxWrite = options.partSize(FileSource.MAX_TRANSFER, OptionalLong.empty());
    this.channel = opener.open(path, CREATE);
    this.evict = options.pageCacheMode() == PageCacheMode.DONT_NEED;
    this.pageCache = pageCache;
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    int limit = chunk.limit();
    try {
      while (chunk.position() < limit) {
        // The JDK copies what is not direct, and keeps a buffer as large for the thread.
        int most = chunk.isDirect() ? maxWrite : Math.min(maxWrite, FileSource.MAX_TRANSFER);
        chunk.limit(chunk.position() + Math.min(limit - chunk.position(), most));
        channel.write(chunk);
      }
    } finally {
      chunk.limit(limit);
    }
  }

  @Override
  public void finish() throws IOException {
    channel.force(true);
    if (evict) {
      pageCache.evict(path);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
