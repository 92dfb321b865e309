package io.s3dlio.storage.stream;

import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is written, and in which chunks. */
final class ChunkWriter implements ObjectWriter {
  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  final List<Integer> chunks = new ArrayList<>();

  @Override
  public void write(ByteBuffer chunk) {
    byte[] bytes = new byte[chunk.remaining()];
    chunk.get(bytes);
    written.writeBytes(bytes);
    chunks.add(bytes.length);
  }

  @Override
  public StagedObject stage() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
