package io.s3dlio.storage.s3;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * CRC32C sums (RFC 3720, appendix B.4) and how S3 writes them: base64 of the four bytes, the
 * highest first.
 */
final class Crc32c {
  /** The polynomial 0x1EDC6F41, its bits reversed. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private static final int BITS = 32;

  /** At {@code i}, what appending 2 to the power of {@code i} zero bytes does to a sum. */
  private static final int[][] ZERO_BYTES = zeroBytes();

  private Crc32c() {}

  /** Returns the sum of what the buffers hold. */
  static int of(List<ByteBuffer> buffers) {
    CRC32C sum = new CRC32C();
    buffers.forEach(buffer -> sum.update(buffer.duplicate()));
    return (int) sum.getValue();
  }

  static String base64(int sum) {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt(sum).array());
  }

  /**
   * Returns the sum of two pieces together, from the sum of each. To append a zero bit is a linear
   * map of the sum over GF(2), a matrix; to append {@code n} zero bytes is its power (as zlib's
   * {@code crc32_combine} does it).
   *
   * @param lengthOfSecond in bytes
   */
  static int combine(int first, int second, long lengthOfSecond) {
    int sum = first;
    long left = lengthOfSecond;
    for (int i = 0; left > 0; i++, left >>= 1) {
      if ((left & 1) != 0) {
        sum = times(ZERO_BYTES[i], sum);
      }
    }
    return sum ^ second;
  }

  private static int[][] zeroBytes() {
    int[] power = new int[BITS];
    power[0] = POLYNOMIAL;
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
