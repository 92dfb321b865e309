package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/** A range of a source as one deflate stream, of which each piece knows nothing of the others. */
final class DeflatedBytes extends EncodedPieces {
  private final ObjectSource plain;
  private final long start;
  private final long plainLength;
  private final int pieces;
  private final CRC32 crc32 = new CRC32();
  private final Adler32 adler32 = new Adler32();

  /** How many pieces are summed up: all of them, once they were encoded in turn. */
  private int summed;

  private DeflatedBytes(ObjectSource plain, long start, long plainLength, int pieces) {
    super(pieces);
    this.plain = plain;
    this.start = start;
    this.plainLength = plainLength;
    this.pieces = pieces;
  }

  /** Encodes a range of a source. */
  static DeflatedBytes of(ObjectSource plain, long start, long plainLength) {
    int pieces = Math.toIntExact(Math.max(1, (plainLength + PIECE - 1) / PIECE));
    DeflatedBytes bytes = new DeflatedBytes(plain, start, plainLength, pieces);
    bytes.measure();
    return bytes;
  }

  /** Returns the CRC-32 of the bytes before they are encoded. */
  int crc32() {
    return (int) crc32.getValue();
  }

  /** Returns the Adler-32 of the bytes before they are encoded. */
  int adler32() {
    return (int) adler32.getValue();
  }

  @Override
  byte[] encode(int number) {
    long from = (long) number * PIECE;
    byte[] bytes = new byte[(int) Math.min(PIECE, plainLength - from)];
    plain.fill(start + from, ByteBuffer.wrap(bytes));
    if (number == summed) {
      crc32.update(bytes);
      adler32.update(bytes);
      summed++;
    }
    return deflate(bytes, true, number == pieces - 1);
  }
}
