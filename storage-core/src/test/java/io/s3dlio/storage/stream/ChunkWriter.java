package io.s3dlio.storage.stream;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is written, and in which chunks. */
final class ChunkWriter implements ObjectWriter {
  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  final List<Integer> chunks = new ArrayList<>();
  Location location = MemoryStore.LOCATION;
  boolean fails;
  boolean closed;

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    if (fails) {
      throw new IOException("the disk is full");
    }
    byte[] bytes = new byte[chunk.remaining()];
    chunk.get(bytes);
    written.writeBytes(bytes);
    chunks.add(bytes.length);
  }

  @Override
  public ObjectInfo complete() {
    return new ObjectInfo(location, written.size(), Instant.EPOCH, "e1");
  }

  @Override
  public StagedObject stage() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    closed = true;
  }
}
