package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What the server tells of an object; texts are empty where it does not.
 *
 * @param crc32c in base64, as {@code md5} is
 * @param uploadId the mark of whoever uploaded it
 */
record GcsObject(
    String name,
    long size,
    Instant updated,
    String generation,
    String crc32c,
    String md5,
    String uploadId) {
  ObjectInfo at(Location location) {
    // As listings of all our stores tell it.
    return new ObjectInfo(location, size, updated.truncatedTo(ChronoUnit.SECONDS), generation);
  }
}
