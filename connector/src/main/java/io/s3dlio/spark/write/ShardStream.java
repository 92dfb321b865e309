package io.s3dlio.spark.write;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The bytes of one file, on their way to the store. Not thread-safe. */
final class ShardStream extends OutputStream {
  private static final int CHUNK = 256 << 10;

  private final ObjectWriter writer;
  private final BufferLease lease;
  private final CRC32C crc = new CRC32C();
  private long length;

  ShardStream(ObjectStore store, Location location, WriterOptions options) throws IOException {
    writer = store.createWriter(location, options);
    try {
      lease = BufferPool.shared().acquire(CHUNK);
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int start, int count) throws IOException {
    ByteBuffer chunk = lease.buffer();
    int end = start + count;
    int at = start;
    while (at < end) {
      int now = Math.min(end - at, chunk.remaining());
      chunk.put(source, at, now);
      at += now;
      if (!chunk.hasRemaining()) {
        send();
      }
    }
  }

  private void send() throws IOException {
    ByteBuffer chunk = lease.buffer().flip();
    length += chunk.remaining();
    crc.update(chunk.duplicate());
    writer.write(chunk);
    chunk.clear();
  }

  /** Ends the file, with every byte at the store and nothing visible. */
  StagedObject stage() throws IOException {
    send();
    return writer.stage();
  }

  /** Returns how many bytes the file has, once it is staged. */
  long length() {
    return length;
  }

  /** Returns the CRC-32C of the file, once it is staged. */
  int crc32c() {
    return (int) crc.getValue();
  }

  /** Discards the file unless it was staged. Idempotent. */
  @Override
  public void close() throws IOException {
    try (lease) {
      writer.close();
    }
  }
}
