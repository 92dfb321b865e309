package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Zeros. */
record ZeroBytes(long length) implements ObjectSource {
  private static final byte[] ZEROS = new byte[8192];

  @Override
  public void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length);
    while (target.hasRemaining()) {
      target.put(ZEROS, 0, Math.min(ZEROS.length, target.remaining()));
    }
  }
}
