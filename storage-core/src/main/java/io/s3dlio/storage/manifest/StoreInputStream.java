package io.s3dlio.storage.manifest;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads one version of an object as a stream. Not thread-safe. */
public final class StoreInputStream extends InputStream {
  private static final int CHUNK = 256 << 10;

  private final ObjectReader reader;
  private final ObjectInfo object;
  private final BufferLease lease;
  private long offset;

  /** Stands at the beginning. */
  public StoreInputStream(ObjectStore store, ObjectInfo object) {
    this.reader = store.reader();
    this.object = object;
    this.lease = BufferPool.shared().acquire(CHUNK);
    lease.buffer().limit(0);
  }

  @Override
  public int read() throws IOException {
    ByteBuffer buffer = buffered();
    return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int start, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer buffer = buffered();
    int count = Math.min(length, buffer.remaining());
    buffer.get(target, start, count);
    return count == 0 ? -1 : count;
  }

  /** Returns where in the object the next byte is read from. */
  public long position() {
    return offset - lease.buffer().remaining();
  }

  /**
   * Reads on from somewhere else.
   *
   * @throws IllegalArgumentException if that is not within the object, or at its end
   */
  public void seek(long position) {
    if (position < 0 || position > object.length()) {
      throw new IllegalArgumentException(
          "Invalid position: %d (of %d bytes)".formatted(position, object.length()));
    }
    ByteBuffer buffer = lease.buffer();
    long start = offset - buffer.limit();
    if (position >= start && position <= offset) {
      buffer.position((int) (position - start));
    } else {
      buffer.position(0).limit(0);
      offset = position;
    }
  }

  /** Tells gzip whether another member may follow. */
  @Override
  public int available() throws IOException {
    return buffered().remaining();
  }

  /** Returns the buffer with at least a byte in it, unless the object is at its end. */
  private ByteBuffer buffered() throws IOException {
    ByteBuffer buffer = lease.buffer();
    if (!buffer.hasRemaining() && offset < object.length()) {
      buffer.clear().limit((int) Math.min(CHUNK, object.length() - offset));
      reader.read(ReadRequest.of(object, offset, buffer));
      buffer.flip();
      offset += buffer.remaining();
    }
    return buffer;
  }

  @Override
  public void close() {
    lease.close();
  }
}
