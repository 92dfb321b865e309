package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Bytes that are made in blocks, each without the others. */
interface BlockSource extends ObjectSource {
  int BLOCK = 4096;

  /**
   * Fills a whole block, wherever the object ends.
   *
   * @param block of {@link #BLOCK} bytes
   */
  void generate(long number, byte[] block);

  @Override
  default void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length());
    byte[] block = new byte[BLOCK];
    long number = offset / BLOCK;
    int skip = (int) (offset % BLOCK);
    while (target.hasRemaining()) {
      generate(number, block);
      target.put(block, skip, Math.min(BLOCK - skip, target.remaining()));
      number++;
      skip = 0;
    }
  }
}
