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
 */
public record ReadRequest(Location location, String etag, long offset, ByteBuffer target) {
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
  }

  /** Returns a request for this version of the object. */
  public static ReadRequest of(ObjectInfo object, long offset, ByteBuffer target) {
    return new ReadRequest(object.location(), object.etag(), offset, target);
  }
}
