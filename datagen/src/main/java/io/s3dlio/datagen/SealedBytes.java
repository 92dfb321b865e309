package io.s3dlio.datagen;

import io.s3dlio.storage.checksum.Crc;
import java.nio.ByteBuffer;
import java.util.zip.Checksum;

/**
 * Pieces of random bytes whose checksums are known without a look at the bytes, so that a format's
 * head can be served before what it sums up is made, and any range alone.
 *
 * <p>A piece of a block or more begins at a block, and each of its whole blocks is sealed, so that
 * its sum is known; but for the 32 bits of that, all are those of the source. One thread uses it;
 * what it keeps is a block, and the last shorter piece.
 */
final class SealedBytes {
  static final int BLOCK = BlockSource.BLOCK;

  private final BlockSource source;
  private final Seal seal;
  private final Crc crc;
  private final Checksum sum;

  private final byte[] block = new byte[BLOCK];
  private long number = -1;
  private boolean sealed;

  private final byte[] piece = new byte[BLOCK];
  private long pieceStart = -1;
  private int pieceLength;

  SealedBytes(BlockSource source, Seal seal) {
    this.source = source;
    this.seal = seal;
    this.crc = seal.crc();
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
    if (length < BLOCK) {
      target.put(shortPiece(start, (int) length), (int) offset, target.remaining());
      return;
    }
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
    int rest = (int) (length - blocks * BLOCK);
    sum.reset();
    if (length < BLOCK) {
      sum.update(shortPiece(start, rest), 0, rest);
    } else if (rest > 0) {
      load(start / BLOCK + blocks, start, length);
      sum.update(block, 0, rest);
    }
    return crc.combine(crc.repeat(Seal.SUM, BLOCK, blocks), (int) sum.getValue(), rest);
  }

  /** Returns a piece that may lie across blocks, at the beginning of an array. */
  private byte[] shortPiece(long start, int length) {
    if (start != pieceStart || length != pieceLength) {
      int done = 0;
      while (done < length) {
        long at = start + done;
        load(at / BLOCK, start, length);
        int skip = (int) (at % BLOCK);
        int count = Math.min(BLOCK - skip, length - done);
        System.arraycopy(block, skip, piece, done, count);
        done += count;
      }
      pieceStart = start;
      pieceLength = length;
    }
    return piece;
  }

  private void load(long wanted, long start, long length) {
    boolean whole = length >= BLOCK && (wanted + 1) * BLOCK <= start + length;
    if (wanted == number && whole == sealed) {
      return;
    }
    source.generate(wanted, block);
    if (whole) {
      sum.reset();
      sum.update(block, 0, BLOCK);
      seal.apply(block, (int) sum.getValue());
    }
    number = wanted;
    sealed = whole;
  }
}
