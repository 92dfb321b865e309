package io.s3dlio.storage.file;

import com.sun.nio.file.ExtendedOpenOption;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes around the page cache, whole blocks alone: from the caller's memory where it is aligned,
 * else from a staging buffer. The last block is padded, and the padding cut off at the end.
 */
final class DirectSink implements FileSink {
  private static final Set<OpenOption> CREATE_DIRECT =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE);
  private static final int BUFFER_SIZE = 1 << 20;

  private final Path path;
  private final DirectIo io;
  private final int block;
  private final int maxWrite;
  private final int bufferSize;
  private FileChannel channel;
  private boolean cached;
  private @Nullable BufferLease lease;

  /** Memory for what comes unaligned; never left full. */
  private @Nullable ByteBuffer staging;

  /** How much of the file is written; whole blocks. */
  private long position;

  /**
   * @param block the unit of addresses, offsets and lengths
   */
  DirectSink(Path path, WriterOptions options, DirectIo io, int block) throws IOException {
    this.path = path;
    this.io = io;
    this.block = block;
    int part = options.partSize(FileSource.MAX_TRANSFER, OptionalLong.empty());
    this.maxWrite = Math.max(DirectIo.roundDown(part, block), block);
    this.bufferSize =
        DirectIo.roundUp(options.bufferSize(BUFFER_SIZE, OptionalLong.empty()), block);
    this.channel = create();
  }

  private FileChannel create() throws IOException {
    try {
      return io.open(path, CREATE_DIRECT);
    } catch (IOException | UnsupportedOperationException e) {
      if (!DirectIo.isRefusal(path, e)) {
        throw e;
      }
      // Some systems have made the file by the time they refuse.
      Files.deleteIfExists(path);
      io.fallBack(path, e);
      cached = true;
      return io.open(path, CREATE);
    }
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    while (chunk.hasRemaining()) {
      boolean empty = staging == null || staging.position() == 0;
      if (empty && chunk.remaining() >= block && DirectIo.isAligned(chunk, block)) {
        int length = Math.min(chunk.remaining(), maxWrite);
        writeBlocks(take(chunk, DirectIo.roundDown(length, block)));
      } else {
        stage(chunk);
      }
    }
  }

  @Override
  public void finish() throws IOException {
    if (staging != null && staging.position() > 0) {
      long length = position + staging.position();
      while (staging.position() % block > 0) {
        staging.put((byte) 0);
      }
      writeBlocks(staging.flip());
      staging.clear();
      channel.truncate(length);
    }
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    staging = null;
    if (lease != null) {
      lease.close();
      lease = null;
    }
    channel.close();
  }

  private void stage(ByteBuffer chunk) throws IOException {
    if (staging == null) {
      lease = DirectIo.acquire(bufferSize, block);
      staging = DirectIo.aligned(lease, block).limit(bufferSize).slice();
    }
    staging.put(take(chunk, Math.min(chunk.remaining(), staging.remaining())));
    if (!staging.hasRemaining()) {
      writeBlocks(staging.flip());
      staging.clear();
    }
  }

  private void writeBlocks(ByteBuffer blocks) throws IOException {
    while (blocks.hasRemaining()) {
      try {
        position += channel.write(blocks, position);
      } catch (IOException e) {
        // Some file systems refuse at the first write and not when the file is opened.
        if (cached || position > 0 || !DirectIo.isRefusal(path, e)) {
          throw e;
        }
        io.fallBack(path, e);
        channel.close();
        cached = true;
        channel = io.open(path, WRITE);
      }
    }
  }

  private static ByteBuffer take(ByteBuffer chunk, int length) {
    ByteBuffer part = chunk.slice(chunk.position(), length);
    chunk.position(chunk.position() + length);
    return part;
  }
}
