package io.s3dlio.storage.cloud;

import io.s3dlio.storage.checksum.Crc;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * CRC32C sums (RFC 3720, appendix B.4) and how S3 and Google write them: base64 of the four bytes,
 * the highest first.
 */
public final class Crc32c {
  private Crc32c() {}

  /** Returns the sum of what the buffers hold. */
  public static int of(List<ByteBuffer> buffers) {
    CRC32C sum = new CRC32C();
    buffers.forEach(buffer -> sum.update(buffer.duplicate()));
    return (int) sum.getValue();
  }

  public static String base64(int sum) {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt(sum).array());
  }

  /**
   * Returns the sum of two pieces together, from the sum of each.
   *
   * @param lengthOfSecond in bytes
   */
  public static int combine(int first, int second, long lengthOfSecond) {
    return Crc.CRC32C.combine(first, second, lengthOfSecond);
  }
}
