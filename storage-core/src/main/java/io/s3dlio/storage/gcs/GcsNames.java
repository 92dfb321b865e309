package io.s3dlio.storage.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;

/** What locations must be for what is done to them. */
final class GcsNames {
  /** By "About Cloud Storage objects", in UTF-8. */
  private static final int MOST_BYTES = 1024;

  private static final String IS_PREFIX = "a key that is empty or ends with a slash is a prefix";

  private GcsNames() {}

  /**
   * @throws NotFoundException if it names no object
   */
  static void requireObject(String operation, Location location) throws NotFoundException {
    requireGcs(location);
    if (location.isPrefix()) {
      throw new NotFoundException(Failure.of(operation, location, IS_PREFIX));
    }
  }

  /**
   * @throws StorageException if no object can be there
   */
  static void requireWritable(Location location) throws StorageException {
    requireGcs(location);
    if (location.isPrefix()) {
      throw new StorageException(
          Failure.of("put", location, IS_PREFIX).withRemedy("Name an object"));
    }
    requireName("put", location);
  }

  /**
   * @throws StorageException if no object can have such a name, and the server would not say why
   */
  static void requireName(String operation, Location location) throws StorageException {
    if (!isName(location.key())) {
      throw new StorageException(
          Failure.of(
              operation,
              location,
              "no object of Google's has this name (of at most %d bytes in UTF-8, and neither '.'"
                      .formatted(MOST_BYTES)
                  + " nor '..')"));
    }
  }

  static boolean isName(String key) {
    // No character takes more than three bytes.
    boolean fits = key.length() <= MOST_BYTES / 3 || key.getBytes(UTF_8).length <= MOST_BYTES;
    return fits && !key.equals(".") && !key.equals("..") && !key.isEmpty();
  }

  static void requireGcs(Location location) {
    if (!location.scheme().equals("gs")) {
      throw new IllegalArgumentException(
          "Invalid location: %s (this store has gs:// alone)".formatted(location));
    }
  }
}
