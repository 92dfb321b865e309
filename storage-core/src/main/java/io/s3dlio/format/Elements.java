package io.s3dlio.format;

import java.nio.ByteBuffer;

/** What every array asks of those who read its elements. */
final class Elements {
  private Elements() {}

  /**
   * Checks what is asked of {@link ArrayReader#read}.
   *
   * @throws IllegalArgumentException if the target is not direct, or these are not some whole
   *     elements of the array
   */
  static void require(ArrayReader array, long offset, ByteBuffer target) {
    int length = target.remaining();
    int itemSize = Math.max(1, array.dtype().itemSize());
    if (offset < 0 || offset > array.dataLength() || length > array.dataLength() - offset) {
      throw new IllegalArgumentException(
          "Invalid range: offset %d, length %d (the array has %d bytes)"
              .formatted(offset, length, array.dataLength()));
    }
    if (offset % itemSize != 0 || length % itemSize != 0) {
      throw new IllegalArgumentException(
          "Invalid range: offset %d, length %d (elements have %d bytes)"
              .formatted(offset, length, itemSize));
    }
    if (!target.isDirect()) {
      throw new IllegalArgumentException("Invalid target: it is not direct");
    }
  }
}
