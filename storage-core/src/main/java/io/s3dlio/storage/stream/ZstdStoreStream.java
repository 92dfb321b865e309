package io.s3dlio.storage.stream;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What was compressed in an object: one frame of zstd, or several one after the other. */
final class ZstdStoreStream extends StoreStream {
  private final StoreInputStream source;
  private final ObjectInfo object;
  private final BufferLease output;
  private final ZstdDecompressCtx zstd;
  private final ByteBuffer nothing;

  /** Whether what came so far is whole frames. */
  private boolean isWhole;

  /** What every read fails with once the content has turned out to be damaged. */
  private @Nullable StorageException damage;

  private boolean closed;

  ZstdStoreStream(StoreInputStream source, ObjectInfo object, int bufferSize) {
    this.source = source;
    this.object = object;
    this.zstd = new ZstdDecompressCtx();
    boolean opened = false;
    try {
      this.output = BufferPool.shared().acquire(bufferSize);
      opened = true;
    } finally {
      if (!opened) {
        zstd.close();
      }
    }
    this.nothing = output.buffer().duplicate().limit(0);
    output.buffer().limit(0);
  }

  @Override
  ByteBuffer buffered() throws IOException {
    if (closed) {
      throw new StorageException(
          Failure.of("read", object.location(), "the stream has been closed"));
    }
    if (damage != null) {
      throw damage;
    }
    ByteBuffer buffer = output.buffer();
    if (!buffer.hasRemaining()) {
      buffer.clear();
      try {
        fill(buffer);
      } finally {
        buffer.flip();
      }
    }
    return buffer;
  }

  private void fill(ByteBuffer buffer) throws IOException {
    while (buffer.position() == 0) {
      ByteBuffer input = source.buffered();
      boolean isEnd = !input.hasRemaining();
      if (isEnd && isWhole) {
        return;
      }
      try {
        // At the end, too: what did not fit before may be all that is left.
        isWhole = zstd.decompressDirectByteBufferStream(buffer, isEnd ? nothing : input);
      } catch (ZstdException e) {
        throw damaged("it is no stream of zstd, or damaged: " + e.getMessage(), e);
      }
      if (isEnd && buffer.position() == 0 && !isWhole) {
        throw damaged("its stream of zstd is cut off", null);
      }
    }
  }

  private StorageException damaged(String reason, @Nullable Throwable cause) {
    damage =
        new CorruptException(
            Failure.of(
                "read",
                object.location(),
                "%s (by byte %d of %d)".formatted(reason, source.position(), object.length())),
            cause);
    return damage;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      zstd.close();
      output.close();
      source.close();
    }
  }
}
