package io.s3dlio.storage.manifest;

import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Collects bytes into chunks for a writer, which it neither completes nor closes. */
final class StoreOutputStream extends OutputStream {
  private static final int CHUNK = 256 << 10;

  private final ObjectWriter writer;
  private final BufferLease lease = BufferPool.shared().acquire(CHUNK);
  private boolean discarding;

  StoreOutputStream(ObjectWriter writer) {
    this.writer = writer;
  }

  /** From now on bytes go nowhere, so that the streams above can be closed for their memory. */
  void discard() {
    discarding = true;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int start, int length) throws IOException {
    if (discarding) {
      return;
    }
    ByteBuffer buffer = lease.buffer();
    int at = start;
    int end = start + length;
    while (at < end) {
      int count = Math.min(end - at, buffer.remaining());
      buffer.put(source, at, count);
      at += count;
      if (!buffer.hasRemaining()) {
        send(buffer);
      }
    }
  }

  private void send(ByteBuffer buffer) throws IOException {
    writer.write(buffer.flip());
    buffer.clear();
  }

  /** Hands the last chunk to the writer and gives the memory back. Idempotent. */
  @Override
  public void close() throws IOException {
    if (discarding) {
      lease.close();
      return;
    }
    discarding = true;
    try (lease) {
      send(lease.buffer());
    }
  }
}
