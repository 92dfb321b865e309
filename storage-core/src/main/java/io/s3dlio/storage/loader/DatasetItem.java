package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.Location;
import java.util.OptionalLong;

/**
 * What a loader reads as one: an object, or a record in one.
 *
 * @param location the object
 * @param offset where in it the item begins, in bytes
 * @param length in bytes, as far as it is known; with an empty etag it is what somebody says, and
 *     compared with the object before that is read
 * @param etag the version of the object that is read; empty if the store has to be asked first
 * @param whole whether the item is the whole object
 */
public record DatasetItem(
    Location location, long offset, OptionalLong length, String etag, boolean whole) {
  public DatasetItem {
    requireNonNull(location, "location is null");
    requireNonNull(length, "length is null");
    requireNonNull(etag, "etag is null");
    if (offset < 0 || (whole && offset != 0)) {
      throw new IllegalArgumentException(
          "Invalid offset: %d (must be >= 0, and 0 of a whole object)".formatted(offset));
    }
    if (length.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "Invalid length: %d (must be >= 0)".formatted(length.getAsLong()));
    }
    if (!etag.isEmpty() && length.isEmpty()) {
      throw new IllegalArgumentException("Invalid item: its version is known and its length not");
    }
  }

  /** Returns an item that is a whole object. */
  static DatasetItem object(Location location, OptionalLong length, String etag) {
    return new DatasetItem(location, 0, length, etag, true);
  }

  /** Returns whether all is known that a read needs. */
  boolean isResolved() {
    return !etag.isEmpty();
  }
}
