package io.s3dlio.storage.range;

/**
 * Bytes of one object.
 *
 * @param offset the first of them
 * @param length how many they are
 */
record Range(long offset, long length) {
  Range {
    if (offset < 0 || length < 0 || length > Long.MAX_VALUE - offset) {
      throw new IllegalArgumentException(
          "Invalid range: offset %d, length %d (both must be >= 0, and their sum a long)"
              .formatted(offset, length));
    }
  }
}
