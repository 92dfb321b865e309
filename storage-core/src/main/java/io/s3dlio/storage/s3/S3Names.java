package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;

/** What locations must be for what is done to them. */
final class S3Names {
  private static final String IS_PREFIX = "a key that is empty or ends with a slash is a prefix";

  /** How many objects one DeleteObjects takes. */
  static final int MOST_DELETED = 1000;

  private S3Names() {}

  /**
   * @throws NotFoundException if it names no object
   */
  static void requireObject(String operation, Location location) throws NotFoundException {
    requireS3(location);
    if (location.isPrefix()) {
      throw new NotFoundException(Failure.of(operation, location, IS_PREFIX));
    }
  }

  /**
   * @throws StorageException if no object can be there, or versions are read
   */
  static void requireWritable(Location location, S3Config config) throws StorageException {
    requireS3(location);
    if (location.isPrefix()) {
      throw new StorageException(
          Failure.of("put", location, IS_PREFIX).withRemedy("Name an object"));
    }
    requireNewest("put", location, config);
  }

  /** What reads a version of one object can do nothing else. */
  static void requireNewest(String operation, Location location, S3Config config)
      throws StorageException {
    requireS3(location);
    if (config.versionId() != null) {
      throw new StorageException(
          Failure.of(
                  operation,
                  location,
                  "versionId=%s names a version of one object, to be read"
                      .formatted(config.versionId()))
              .withRemedy("Leave versionId out"));
    }
  }

  /** Of one region, too. */
  static void requireS3(Location location) {
    if (!location.scheme().equals("s3")) {
      throw new IllegalArgumentException(
          "Invalid location: %s (this store has s3:// alone)".formatted(location));
    }
    S3Addressing.requireOneRegion(location.container());
  }
}
