package io.s3dlio.storage.stream;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * Collects bytes into chunks for a writer, which it neither completes nor closes. Flushing does
 * nothing: an object is visible when its writer is complete, and no sooner. Not thread-safe.
 */
public final class StoreOutputStream extends OutputStream implements WritableByteChannel {
  /** Bytes of a chunk, unless somebody says otherwise: 256 KiB. */
  public static final int DEFAULT_BUFFER_SIZE = 256 << 10;

  private final ObjectWriter writer;
  private final BufferLease lease;
  private boolean discarding;
  private boolean closed;

  public StoreOutputStream(ObjectWriter writer) {
    this(writer, DEFAULT_BUFFER_SIZE);
  }

  /**
   * @param bufferSize bytes of a chunk, at least 1
   */
  public StoreOutputStream(ObjectWriter writer, int bufferSize) {
    if (bufferSize < 1) {
      throw new IllegalArgumentException(
          "Invalid bufferSize: %d (must be > 0)".formatted(bufferSize));
    }
    this.writer = requireNonNull(writer, "writer is null");
    this.lease = BufferPool.shared().acquire(bufferSize);
  }

  /** From now on bytes go nowhere, so that the streams above can be closed for their memory. */
  public void discard() {
    discarding = true;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int start, int length) throws IOException {
    write(ByteBuffer.wrap(source, start, length));
  }

  /** Takes all of the buffer's remaining bytes. A direct one of a chunk and more is not copied. */
  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    if (discarding) {
      source.position(source.limit());
      return length;
    }
    if (closed) {
      throw new ClosedChannelException();
    }
    ByteBuffer buffer = lease.buffer();
    while (source.hasRemaining()) {
      if (buffer.position() == 0 && source.isDirect() && source.remaining() >= buffer.limit()) {
        writer.write(source);
      } else {
        int count = Math.min(source.remaining(), buffer.remaining());
        buffer.put(buffer.position(), source, source.position(), count);
        buffer.position(buffer.position() + count);
        source.position(source.position() + count);
        if (!buffer.hasRemaining()) {
          send(buffer);
        }
      }
    }
    return length;
  }

  private void send(ByteBuffer buffer) throws IOException {
    writer.write(buffer.flip());
    buffer.clear();
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** Hands the last chunk to the writer and gives the memory back. Idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (lease) {
      if (!discarding && lease.buffer().position() > 0) {
        send(lease.buffer());
      }
    }
  }
}
