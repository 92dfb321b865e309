package io.s3dlio.datagen;

import com.jcraft.jzlib.Deflater;
import com.jcraft.jzlib.GZIPException;
import com.jcraft.jzlib.JZlib;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Pieces that are encoded each by itself and follow each other, so that any range is made from
 * those that it lies in. How long they are is found out by encoding all of them; after that one is
 * kept.
 *
 * <p>They are the same on every machine: the JDK's encoder is the zlib that it finds, so this one
 * is in Java alone, and its level is fixed.
 */
abstract class EncodedPieces implements ObjectSource {
  /** How many bytes a piece is made of at most. */
  static final int PIECE = 1 << 20;

  /** What zlib takes for the best of both. Another would change the bytes of every object. */
  static final int LEVEL = 6;

  /** Where each piece ends. */
  private final long[] ends;

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

  EncodedPieces(int count) {
    this.ends = new long[count];
  }

  /** Makes a piece, the same one every time. */
  abstract byte[] encode(int number);

  /** Encodes all of them; before that nothing else is asked. */
  final void measure() {
    long end = 0;
    for (int number = 0; number < ends.length; number++) {
      Piece piece = new Piece(number, encode(number));
      last = piece;
      end += piece.bytes.length;
      ends[number] = end;
    }
  }

  /** Returns where each piece ends. */
  final long[] ends() {
    return ends.clone();
  }

  @Override
  public final long length() {
    return ends[ends.length - 1];
  }

  @Override
  public final void fill(long offset, ByteBuffer target) {
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
      piece = new Piece(number, encode(number));
      last = piece;
    }
    return piece.bytes;
  }

  /** Returns the most bytes that so many may become. */
  static long bound(long plainLength) {
    return plainLength + plainLength / 8 + 1024;
  }

  /**
   * Deflates bytes.
   *
   * @param isRaw whether there is no frame of zlib's around them
   * @param isLast whether the stream ends with them; otherwise it ends at a byte
   */
  static byte[] deflate(byte[] input, boolean isRaw, boolean isLast) {
    byte[] output = new byte[(int) bound(input.length)];
    try {
      Deflater deflater = new Deflater(LEVEL, isRaw);
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
