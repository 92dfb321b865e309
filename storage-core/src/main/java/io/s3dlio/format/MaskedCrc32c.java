package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The sums in TFRecord files: CRC-32C, masked so that data may hold sums of their own. */
final class MaskedCrc32c {
  private static final int ROTATION = 15;
  private static final int DELTA = 0xa282ead8;

  private MaskedCrc32c() {}

  /** Returns the sum of the buffer's remaining bytes, and leaves it as it is. */
  static int of(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.duplicate());
    return mask((int) sum.getValue());
  }

  /** Returns a sum as files hold it. */
  static int mask(int crc32c) {
    return Integer.rotateRight(crc32c, ROTATION) + DELTA;
  }
}
