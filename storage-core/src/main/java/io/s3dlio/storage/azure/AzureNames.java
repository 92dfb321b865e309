package io.s3dlio.storage.azure;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;

/** What locations must be for what is done to them. */
final class AzureNames {
  private static final String IS_PREFIX = "a key that is empty or ends with a slash is a prefix";
  private static final String IS_ANOTHER =
      "a key with a backslash, or with '.' or '..' between slashes, names another object in Azure";

  private AzureNames() {}

  /**
   * @throws NotFoundException if it names no object
   */
  static void requireObject(String operation, Location location) throws NotFoundException {
    requireAzure(location);
    if (location.isPrefix()) {
      throw new NotFoundException(Failure.of(operation, location, IS_PREFIX));
    }
    if (namesAnother(location)) {
      throw new NotFoundException(Failure.of(operation, location, IS_ANOTHER));
    }
  }

  /**
   * @throws StorageException if no object can be there
   */
  static void requireWritable(Location location) throws StorageException {
    requireAzure(location);
    if (location.isPrefix()) {
      throw new StorageException(
          Failure.of("put", location, IS_PREFIX).withRemedy("Name an object"));
    }
    if (namesAnother(location)) {
      throw new StorageException(
          Failure.of("put", location, IS_ANOTHER).withRemedy("Choose another name"));
    }
  }

  /** Returns whether an object can be there. */
  static boolean namesObject(Location location) {
    return !location.isPrefix() && !namesAnother(location);
  }

  /** The service turns backslashes around, and its front end resolves paths. */
  private static boolean namesAnother(Location location) {
    String path = '/' + location.key() + '/';
    return path.indexOf('\\') >= 0 || path.contains("/./") || path.contains("/../");
  }

  /** Returns the container's own name, without the account that may follow it. */
  static String container(Location location) {
    String named = location.container();
    int at = named.indexOf('@');
    return at < 0 ? named : named.substring(0, at);
  }

  static void requireAzure(Location location) {
    if (!location.scheme().equals("az")) {
      throw new IllegalArgumentException(
          "Invalid location: %s (this store has az:// alone)".formatted(location));
    }
  }
}
