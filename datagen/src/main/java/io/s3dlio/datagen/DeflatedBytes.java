package io.s3dlio.datagen;

import com.jcraft.jzlib.Deflater;
import com.jcraft.jzlib.GZIPException;
import com.jcraft.jzlib.JZlib;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as one deflate stream, the same on every machine: the JDK's encoder is the zlib that it
 * finds, so this one is in Java alone and its level is fixed.
 *
 * <p>Each piece of {@link #PIECE} bytes is encoded by itself, knowing nothing of the others, and
 * ends at a byte. So any range is made from the pieces that it lies in; how long these are is found
 * out when the object is made, by encoding all of them. Of what was encoded only one piece is kept.
 */
final class DeflatedBytes implements ObjectSource {
  static final int PIECE = 1 << 20;

  /** What zlib takes for the best of both. Another would change the bytes of every object. */
  private static final int LEVEL = 6;

  private final ObjectSource plain;
  private final long start;
  private final long plainLength;

  /** Where each piece ends. */
  private final long[] ends;

  private final CRC32 crc32 = new CRC32();
  private final Adler32 adler32 = new Adler32();
  private volatile @Nullable Piece last;

  /** An encoded piece, which nobody changes. */
  private static final class Piece {
    private final int number;
    private final byte[] bytes;

    Piece(int number, byte[] bytes) {
      this.number = number;
      this.bytes = bytes;
    }
  }

  /** Encodes a range of a source. */
  DeflatedBytes(ObjectSource plain, long start, long plainLength) {
    this.plain = plain;
    this.start = start;
    this.plainLength = plainLength;
    long pieces = Math.max(1, (plainLength + PIECE - 1) / PIECE);
    this.ends = new long[Math.toIntExact(pieces)];
    long end = 0;
    for (int number = 0; number < ends.length; number++) {
      byte[] input = plainPiece(number);
      for (Checksum sum : new Checksum[] {crc32, adler32}) {
        sum.update(input);
      }
      Piece piece = new Piece(number, deflate(input, number == ends.length - 1));
      last = piece;
      end += piece.bytes.length;
      ends[number] = end;
    }
  }

  /** Returns the most bytes that so many may become. */
  static long bound(long plainLength) {
    return plainLength + plainLength / 8 + 1024;
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
  public long length() {
    return ends[ends.length - 1];
  }

  @Override
  public void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length());
    int number = pieceAt(offset);
    long at = offset - (number == 0 ? 0 : ends[number - 1]);
    while (target.hasRemaining()) {
      byte[] bytes = piece(number);
      target.put(bytes, (int) at, (int) Math.min(bytes.length - at, target.remaining()));
      number++;
      at = 0;
    }
  }

  /** Returns the piece that has the byte at an offset. */
  private int pieceAt(long offset) {
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private byte[] piece(int number) {
    Piece piece = last;
    if (piece == null || piece.number != number) {
      piece = new Piece(number, deflate(plainPiece(number), number == ends.length - 1));
      last = piece;
    }
    return piece.bytes;
  }

  private byte[] plainPiece(int number) {
    long from = (long) number * PIECE;
    byte[] bytes = new byte[(int) Math.min(PIECE, plainLength - from)];
    plain.fill(start + from, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private static byte[] deflate(byte[] input, boolean isLast) {
    byte[] output = new byte[(int) bound(input.length)];
    try {
      Deflater deflater = new Deflater(LEVEL, true);
      deflater.setInput(input);
      deflater.setOutput(output);
      int result = deflater.deflate(isLast ? JZlib.Z_FINISH : JZlib.Z_FULL_FLUSH);
      int length = Math.toIntExact(deflater.getTotalOut());
      boolean done =
          deflater.getAvailIn() == 0
              && length < output.length
              && result == (isLast ? JZlib.Z_STREAM_END : JZlib.Z_OK);
      if (!done) {
        throw new IllegalStateException("deflate left something over: " + result);
      }
      return Arrays.copyOf(output, length);
    } catch (GZIPException e) {
      throw new IllegalStateException(e);
    }
  }
}
