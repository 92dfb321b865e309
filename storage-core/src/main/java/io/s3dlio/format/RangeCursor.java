package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a part of an object as it is. What is as large as its buffer goes straight into the target;
 * what is passed over beyond the buffer is not read.
 */
final class RangeCursor implements ByteCursor {
  private final SourceObject object;
  private final int chunk;
  private final BufferLease lease;
  private long end;

  /** Where in the object the bytes after the buffer's are. */
  private long next;

  /**
   * @param offset where the part begins
   * @param end where it ends, as far as anybody knows: an object that ends before is corrupt
   * @param chunk how many bytes are read at least, where there are so many
   */
  RangeCursor(SourceObject object, long offset, long end, int chunk) {
    this.object = object;
    this.next = offset;
    this.end = end;
    this.chunk = chunk;
    this.lease = BufferPool.shared().acquire(chunk);
    lease.buffer().limit(0);
  }

  /** Returns where in the object the next byte is. */
  long position() {
    return next - lease.buffer().remaining();
  }

  /** Returns how many bytes are left. */
  long remaining() {
    return end - position();
  }

  /** Ends the part at a place that has not been passed. */
  void endAt(long offset) {
    ByteBuffer buffer = lease.buffer();
    if (next > offset) {
      buffer.limit(buffer.limit() - (int) (next - offset));
      next = offset;
    }
    end = offset;
  }

  /** Returns the buffer, with at least a byte in it unless none is left. */
  ByteBuffer buffered() throws IOException {
    ByteBuffer buffer = lease.buffer();
    if (!buffer.hasRemaining() && next < end) {
      buffer.clear().limit((int) Math.min(chunk, end - next));
      int count = buffer.remaining();
      boolean read = false;
      try {
        object.read(next, buffer);
        read = true;
      } finally {
        buffer.position(0).limit(read ? count : 0);
      }
      next += count;
    }
    return buffer;
  }

  @Override
  public void read(ByteBuffer target) throws IOException {
    require(target.remaining());
    while (target.hasRemaining()) {
      if (!lease.buffer().hasRemaining() && target.isDirect() && target.remaining() >= chunk) {
        int count = target.remaining();
        object.read(next, target);
        next += count;
      } else {
        ByteBuffer buffer = buffered();
        int limit = buffer.limit();
        int count = Math.min(buffer.remaining(), target.remaining());
        target.put(buffer.limit(buffer.position() + count));
        buffer.limit(limit);
      }
    }
  }

  @Override
  public void skip(long count) throws CorruptException {
    require(count);
    ByteBuffer buffer = lease.buffer();
    if (count <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) count);
    } else {
      next += count - buffer.remaining();
      buffer.limit(0);
    }
  }

  @Override
  public void finish() {}

  private void require(long count) throws CorruptException {
    if (count < 0 || count > remaining()) {
      throw corrupt("%d bytes are needed here, there are %d".formatted(count, remaining()));
    }
  }

  @Override
  public CorruptException corrupt(String reason) {
    return object.corrupt(position(), reason);
  }

  @Override
  public UnsupportedFormatException unsupported(String reason) {
    return object.unsupported(position(), reason);
  }

  CorruptException corrupt(String reason, Throwable cause) {
    return object.corrupt(position(), reason, cause);
  }

  @Override
  public void close() {
    lease.close();
  }
}
