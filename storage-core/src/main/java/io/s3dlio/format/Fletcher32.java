package io.s3dlio.format;

import java.nio.ByteBuffer;

/** Fletcher's sum as HDF5's filter has it: over big-endian words of 16 bits. */
final class Fletcher32 {
  /** How many words can be added up before the sums have to be folded. */
  private static final int RUN = 360;

  private Fletcher32() {}

  /** Returns the sum of the buffer's remaining bytes, and leaves it as it is. */
  static int of(ByteBuffer bytes) {
    int sum1 = 0;
    int sum2 = 0;
    int at = bytes.position();
    int end = bytes.limit();
    while (end - at > 1) {
      int stop = at + 2 * Math.min(RUN, (end - at) / 2);
      for (; at < stop; at += 2) {
        sum1 += ((bytes.get(at) & 0xff) << Byte.SIZE) + (bytes.get(at + 1) & 0xff);
        sum2 += sum1;
      }
      sum1 = fold(sum1);
      sum2 = fold(sum2);
    }
    if (at < end) {
      sum1 += (bytes.get(at) & 0xff) << Byte.SIZE;
      sum2 += sum1;
      sum1 = fold(sum1);
      sum2 = fold(sum2);
    }
    return fold(sum2) << Short.SIZE | fold(sum1);
  }

  private static int fold(int sum) {
    return (sum & 0xffff) + (sum >>> Short.SIZE);
  }
}
