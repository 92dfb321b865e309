package io.s3dlio.storage.cloud;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.TruncatedException;

/**
 * What a server tells of an object's content.
 *
 * @param length the object's, in bytes
 * @param crc32c the sum of the whole object, in Base64; empty if the server told none
 */
public record KeptSum(long length, String crc32c) {
  /** A sum of sums, of an object in parts, has a hyphen and says nothing of the whole. */
  public KeptSum {
    crc32c = crc32c.indexOf('-') < 0 ? crc32c : "";
  }

  /** Returns what a read of no bytes tells of the object that is there. */
  public static KeptSum ofNothing(ReadRequest request, ObjectInfo there)
      throws ObjectChangedException, TruncatedException {
    CloudReads.ofNothing(request, there);
    return new KeptSum(there.length(), "");
  }

  public boolean isKnown() {
    return !crc32c.isEmpty();
  }

  /**
   * Compares it with the sum of what arrived.
   *
   * @throws CorruptException if they differ
   */
  public void requireEqual(Location location, int actual) throws CorruptException {
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
