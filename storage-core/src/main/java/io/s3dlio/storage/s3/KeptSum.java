package io.s3dlio.storage.s3;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.CloudFailures;

/**
 * What a server tells of an object's content.
 *
 * @param length the object's, in bytes
 * @param crc32c the sum of the whole object, as S3 writes it; empty if the server told none
 */
record KeptSum(long length, String crc32c) {
  /** A sum of sums, of an object in parts, has a hyphen and says nothing of the whole. */
  KeptSum {
    crc32c = crc32c.indexOf('-') < 0 ? crc32c : "";
  }

  boolean isKnown() {
    return !crc32c.isEmpty();
  }

  /**
   * Compares it with the sum of what arrived.
   *
   * @throws CorruptException if they differ
   */
  void requireEqual(Location location, int actual) throws CorruptException {
    String arrived = Crc32c.base64(actual);
    if (!arrived.equals(crc32c)) {
      throw new CorruptException(
          Failure.of(
              "read",
              location,
              "its CRC32C is %s, the server keeps %s"
                  .formatted(arrived, CloudFailures.told(crc32c))));
    }
  }
}
