package io.s3dlio.datagen;

import io.s3dlio.storage.checksum.Crc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/**
 * Pieces of random bytes whose checksums are known without a look at the bytes, so that a format's
 * head can be served before what it sums up is made, and any range alone.
 *
 * <p>A piece of a block or more begins at a block, and the last four bytes of each of its whole
 * blocks are such that the block's sum is {@link #SEAL}; all other bytes are those of {@link
 * RandomBytes}. One thread uses it; what it keeps is one block.
 */
final class SealedBytes {
  static final int BLOCK = RandomBytes.BLOCK;

  /** The sum of any bytes that their own sum, not inverted, follows. */
  private static final int SEAL = -1;

  private static final int SEALED = BLOCK - Integer.BYTES;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final RandomBytes random;
  private final Crc crc;
  private final Checksum sum;

  private final byte[] block = new byte[BLOCK];
  private long number = -1;
  private boolean sealed;

  SealedBytes(RandomBytes random, Crc crc) {
    this.random = random;
    this.crc = crc;
    this.sum = crc.begin();
  }

  /** Returns how far apart pieces of this length, or shorter ones, begin. */
  static long stride(long length) {
    return length < BLOCK ? length : (length + BLOCK - 1) / BLOCK * BLOCK;
  }

  /**
   * Fills the target's remaining bytes with a piece's from {@code offset} on.
   *
   * @param start where the piece begins; a block's beginning, if it is a block or more
   * @param length of the piece
   */
  void fill(long start, long length, long offset, ByteBuffer target) {
    for (long at = start + offset; target.hasRemaining(); ) {
      load(at / BLOCK, start, length);
      int skip = (int) (at % BLOCK);
      int count = Math.min(BLOCK - skip, target.remaining());
      target.put(block, skip, count);
      at += count;
    }
  }

  /** Returns a piece's sum; takes as long as a block or two, however long the piece is. */
  int sum(long start, long length) {
    long blocks = length < BLOCK ? 0 : length / BLOCK;
    long rest = length - blocks * BLOCK;
    Checksum ofRest = crc.begin();
    for (long at = start + blocks * BLOCK; at < start + length; ) {
      load(at / BLOCK, start, length);
      int skip = (int) (at % BLOCK);
      int count = (int) Math.min(BLOCK - skip, start + length - at);
      ofRest.update(block, skip, count);
      at += count;
    }
    return crc.combine(crc.repeat(SEAL, BLOCK, blocks), (int) ofRest.getValue(), rest);
  }

  private void load(long wanted, long start, long length) {
    boolean whole = length >= BLOCK && (wanted + 1) * BLOCK <= start + length;
    if (wanted == number && whole == sealed) {
      return;
    }
    random.generate(wanted, block);
    if (whole) {
      sum.reset();
      sum.update(block, 0, SEALED);
      INTS.set(block, SEALED, ~(int) sum.getValue());
    }
    number = wanted;
    sealed = whole;
  }
}
