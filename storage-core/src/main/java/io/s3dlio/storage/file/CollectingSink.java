package io.s3dlio.storage.file;

import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Collects small chunks, each of which would be a call of the operating system. */
final class CollectingSink implements FileSink {
  private final FileSink sink;
  private final BufferLease lease;

  private CollectingSink(FileSink sink, int size) {
    this.sink = sink;
    this.lease = BufferPool.shared().acquire(size);
  }

  /** Opens a sink, behind a buffer if somebody asks for one. */
  static FileSink open(Path path, WriterOptions options, Opener sinks) throws IOException {
    int size = options.bufferSize(0, OptionalLong.empty());
    FileSink sink = sinks.open(path, options);
    return size == 0 ? sink : new CollectingSink(sink, size);
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    ByteBuffer buffer = lease.buffer();
    if (chunk.remaining() > buffer.remaining()) {
      flush();
    }
    if (chunk.remaining() >= buffer.capacity()) {
      sink.write(chunk);
    } else {
      buffer.put(chunk);
    }
  }

  private void flush() throws IOException {
    ByteBuffer buffer = lease.buffer();
    if (buffer.position() > 0) {
      sink.write(buffer.flip());
      buffer.clear();
    }
  }

  @Override
  public void finish() throws IOException {
    flush();
    sink.finish();
  }

  @Override
  public void close() throws IOException {
    try (lease) {
      sink.close();
    }
  }
}
