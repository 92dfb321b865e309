package io.s3dlio.storage.stream;

import io.s3dlio.storage.Compression;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * One version of an object, read from its beginning to its end, as a stream or as a channel. Reads
 * throw {@link io.s3dlio.storage.StorageException}s that name the object. Not thread-safe, except
 * that closing it is idempotent. Closing gives all memory back, but for what is being filled, which
 * follows as soon as the store lets go.
 */
public abstract class StoreStream extends InputStream implements ReadableByteChannel {
  StoreStream() {}

  /**
   * Opens an object, and what was compressed in it if the options ask for that. Reading what is no
   * whole stream of zstd, or does not have the sum that is kept in it, ends with a {@link
   * io.s3dlio.storage.CorruptException}.
   */
  public static StoreStream open(ObjectStore store, ObjectInfo object, StreamOptions options) {
    StoreInputStream content = new StoreInputStream(store, object, options);
    return options.decompress() && Compression.isCompressed(object.location())
        ? new ZstdStoreStream(content, object, options.bufferSize())
        : content;
  }

  /**
   * Returns the buffer that is read from, with at least a byte in it unless the end is reached.
   * Whoever reads from it moves its position.
   */
  abstract ByteBuffer buffered() throws IOException;

  /**
   * Reads as much as there is at once into a buffer of any kind, at least a byte.
   *
   * @return how many bytes, 0 if the buffer has no room, -1 at the end
   */
  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    ByteBuffer buffer = buffered();
    int count = Math.min(target.remaining(), buffer.remaining());
    if (count == 0) {
      return -1;
    }
    target.put(target.position(), buffer, buffer.position(), count);
    target.position(target.position() + count);
    buffer.position(buffer.position() + count);
    return count;
  }

  @Override
  public int read(byte[] target, int start, int length) throws IOException {
    return read(ByteBuffer.wrap(target, start, length));
  }

  @Override
  public int read() throws IOException {
    ByteBuffer buffer = buffered();
    return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
  }

  /** Tells gzip whether another member may follow; so it waits for at least a byte. */
  @Override
  public int available() throws IOException {
    return buffered().remaining();
  }

  @Override
  public abstract void close();
}
