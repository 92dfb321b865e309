package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;

/**
 * What a store says of an object without reading it.
 *
 * @param location where it is
 * @param length its size in bytes
 * @param lastModified when it was last written, as exactly as the store tells
 * @param etag the identity of this version of the object: a read that carries it fails with {@link
 *     ObjectChangedException} once the object is another. Opaque, unquoted; empty if the store has
 *     none
 */
public record ObjectInfo(Location location, long length, Instant lastModified, String etag)
    implements Serializable {
  /** Returns what a listing tells of a directory: its key, which ends with a slash. */
  public static ObjectInfo directory(Location location) {
    return new ObjectInfo(location, 0, Instant.EPOCH, "");
  }

  /** Returns whether this is no object, but what a listing tells of a directory. */
  public boolean isDirectory() {
    return location.isPrefix();
  }

  /** Returns the name that this has right below a prefix, without a directory's slash. */
  public String nameBelow(Location prefix) {
    int end = location.key().length() - (isDirectory() ? 1 : 0);
    return location.key().substring(prefix.key().length(), end);
  }

  public ObjectInfo {
    requireNonNull(location, "location is null");
    requireNonNull(lastModified, "lastModified is null");
    requireNonNull(etag, "etag is null");
    if (length < 0) {
      throw new IllegalArgumentException("Invalid length: %d (must be >= 0)".formatted(length));
    }
  }
}
