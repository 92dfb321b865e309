package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/**
 * A range of one object and the buffer that it fills.
 *
 * <p>The range begins at {@code offset} and is as long as the target has bytes remaining. The
 * request owns the target's position and limit from the moment it is submitted until the read has
 * ended: bytes land in place and the position advances with them, so that a retry goes on from the
 * byte that was reached.
 *
 * @param location the object
 * @param etag the version to read, from {@link ObjectInfo#etag()}; empty for whichever is there
 * @param offset the first byte of the range
 * @param target where the bytes go; direct
 * @param whole whether the range is the whole object, as far as its reader knows: a store may then
 *     ask for the object instead of a range of it, and learn more
 */
public record ReadRequest(
    Location location, String etag, long offset, ByteBuffer target, boolean whole) {
  public ReadRequest {
    requireNonNull(location, "location is null");
    requireNonNull(etag, "etag is null");
    requireNonNull(target, "target is null");
    if (offset < 0) {
      throw new IllegalArgumentException("Invalid offset: %d (must be >= 0)".formatted(offset));
    }
    if (!target.isDirect()) {
      throw new IllegalArgumentException("Invalid target: it is not direct");
    }
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Invalid target: it is read-only");
    }
    if (whole && offset != 0) {
      throw new IllegalArgumentException(
          "Invalid offset: %d (a whole object begins at 0)".formatted(offset));
    }
  }

  /** A request for a range of which nobody knows whether it is the whole object. */
  public ReadRequest(Location location, String etag, long offset, ByteBuffer target) {
    this(location, etag, offset, target, false);
  }

  /** Returns a request for this version of the object. */
  public static ReadRequest of(ObjectInfo object, long offset, ByteBuffer target) {
    boolean whole = offset == 0 && target.remaining() == object.length();
    return new ReadRequest(object.location(), object.etag(), offset, target, whole);
  }
}
