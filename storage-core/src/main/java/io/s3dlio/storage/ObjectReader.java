package io.s3dlio.storage;

import java.io.IOException;

/**
 * Reads ranges of objects for one who reads: a task, or one call. Thread-safe.
 *
 * <p>A store that {@linkplain ObjectStore#reader makes} one may compare the objects that are read
 * whole through it, in whatever ranges, with the sums that it keeps.
 */
@FunctionalInterface
public interface ObjectReader {
  /**
   * Fills the request's target, the whole of it. On failure the target's position tells how far the
   * read came, and every byte before it is right.
   *
   * @throws TruncatedException if the object ends before the range does
   * @throws ObjectChangedException if the object is not the version that the request names
   * @throws CorruptException if the range completes an object, and its content is not what the
   *     store keeps a sum of
   */
  void read(ReadRequest request) throws IOException;

  /** Returns what was compared so far; nothing, where the store was not asked to compare. */
  default Checks checks() {
    return Checks.NONE;
  }

  /**
   * @param verified objects that were read whole and are what the store keeps a sum of
   * @param unverified objects of which something was read and that were not compared: only a part
   *     of them was read, or the store keeps no sum of their whole
   */
  record Checks(long verified, long unverified) {
    public static final Checks NONE = new Checks(0, 0);
  }
}
