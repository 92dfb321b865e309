package io.s3dlio.storage.s3;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.cloud.CloudFailures;

/** Compares what a server was given with what it has. */
final class WrittenCheck {
  private WrittenCheck() {}

  /**
   * @param written what the answer to the write told
   * @param sum the CRC32C of what was sent; empty if none was taken
   * @param there what is there now
   * @param kept the sum that the server keeps of it; empty if it tells none of the whole
   * @throws CorruptException if it is another size, another version, or has another sum
   */
  static void requireEqual(ObjectInfo written, String sum, ObjectInfo there, String kept)
      throws CorruptException {
    boolean sameVersion =
        written.etag().isEmpty() || there.etag().isEmpty() || written.etag().equals(there.etag());
    boolean sameSum = sum.isEmpty() || kept.isEmpty() || sum.equals(kept);
    if (written.length() != there.length() || !sameVersion || !sameSum) {
      throw new CorruptException(
          Failure.of(
                  "put",
                  written.location(),
                  "%s was written, and %s is there"
                      .formatted(describe(written, sum), describe(there, kept)))
              .withRemedy("Write it again; if nobody else writes there, ask whose server it is"));
    }
  }

  private static String describe(ObjectInfo object, String sum) {
    String ofSum = sum.isEmpty() ? "" : " and the CRC32C " + CloudFailures.told(sum);
    return "%d bytes with the ETag '%s'%s"
        .formatted(object.length(), CloudFailures.told(object.etag()), ofSum);
  }
}
