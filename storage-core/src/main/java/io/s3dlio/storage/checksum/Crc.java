package io.s3dlio.storage.checksum;

import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * A cyclic redundancy check of 32 bits, its bits reversed, begun and ended with all bits set.
 * Immutable, thread-safe.
 */
public final class Crc {
  private static final int BITS = 32;

  /** That of zip and gzip. */
  public static final Crc CRC32 = new Crc(0xEDB88320, CRC32::new);

  /** Castagnoli's (RFC 3720, appendix B.4). */
  public static final Crc CRC32C = new Crc(0x82F63B78, CRC32C::new);

  private final Supplier<Checksum> algorithm;

  /** At {@code i}, what appending 2 to the power of {@code i} zero bytes does to a sum. */
  private final int[][] zeroBytes;

  private Crc(int reversedPolynomial, Supplier<Checksum> algorithm) {
    this.algorithm = algorithm;
    this.zeroBytes = zeroBytes(reversedPolynomial);
  }

  /** Returns what sums up bytes, none so far. */
  public Checksum begin() {
    return algorithm.get();
  }

  /** Returns the sum of all the bytes. */
  public int of(byte[] bytes) {
    Checksum sum = begin();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  /**
   * Returns the sum of two pieces together, from the sum of each. To append a zero bit is a linear
   * map of the sum over GF(2), a matrix; to append {@code n} zero bytes is its power (as zlib's
   * {@code crc32_combine} does it).
   *
   * @param lengthOfSecond in bytes
   */
  public int combine(int first, int second, long lengthOfSecond) {
    int sum = first;
    long left = lengthOfSecond;
    for (int i = 0; left > 0; i++, left >>= 1) {
      if ((left & 1) != 0) {
        sum = times(zeroBytes[i], sum);
      }
    }
    return sum ^ second;
  }

  /**
   * Returns the sum of pieces that follow each other and have the same sum.
   *
   * @param length of each piece, in bytes
   * @param times how many pieces; 0 or more
   */
  public int repeat(int sum, long length, long times) {
    int all = 0;
    int power = sum;
    long powerLength = length;
    // The pieces are taken in powers of two, as the bits of their number say.
    for (long left = times; left > 0; left >>= 1) {
      if ((left & 1) != 0) {
        all = combine(all, power, powerLength);
      }
      if (left > 1) {
        power = combine(power, power, powerLength);
        powerLength *= 2;
      }
    }
    return all;
  }

  private static int[][] zeroBytes(int reversedPolynomial) {
    int[] power = new int[BITS];
    power[0] = reversedPolynomial;
    for (int i = 1; i < BITS; i++) {
      power[i] = 1 << (i - 1);
    }
    // One bit: squared three times it is one byte.
    for (int i = 0; i < 3; i++) {
      power = square(power);
    }
    int[][] powers = new int[Long.SIZE - 1][];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = power;
      power = square(power);
    }
    return powers;
  }

  private static int times(int[] matrix, int vector) {
    int result = 0;
    int left = vector;
    for (int i = 0; left != 0; i++, left >>>= 1) {
      if ((left & 1) != 0) {
        result ^= matrix[i];
      }
    }
    return result;
  }

  private static int[] square(int[] matrix) {
    int[] result = new int[BITS];
    for (int i = 0; i < BITS; i++) {
      result[i] = times(matrix, matrix[i]);
    }
    return result;
  }
}
