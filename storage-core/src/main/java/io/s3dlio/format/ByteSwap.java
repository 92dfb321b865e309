package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Changes the byte order of numbers in place. */
final class ByteSwap {
  private ByteSwap() {}

  /**
   * @param bytes from its position to its limit, which stay
   * @param unit how many bytes a number has; 2, 4, 8 or 16
   */
  static void swap(ByteBuffer bytes, int unit) {
    ByteBuffer buffer = bytes.duplicate().order(ByteOrder.nativeOrder());
    int end = buffer.limit();
    switch (unit) {
      case Short.BYTES -> {
        for (int i = buffer.position(); i < end; i += Short.BYTES) {
          buffer.putShort(i, Short.reverseBytes(buffer.getShort(i)));
        }
      }
      case Integer.BYTES -> {
        for (int i = buffer.position(); i < end; i += Integer.BYTES) {
          buffer.putInt(i, Integer.reverseBytes(buffer.getInt(i)));
        }
      }
      case Long.BYTES -> {
        for (int i = buffer.position(); i < end; i += Long.BYTES) {
          buffer.putLong(i, Long.reverseBytes(buffer.getLong(i)));
        }
      }
      case 2 * Long.BYTES -> {
        for (int i = buffer.position(); i < end; i += 2 * Long.BYTES) {
          long first = buffer.getLong(i);
          buffer.putLong(i, Long.reverseBytes(buffer.getLong(i + Long.BYTES)));
          buffer.putLong(i + Long.BYTES, Long.reverseBytes(first));
        }
      }
      default -> throw new IllegalArgumentException("Invalid unit: %d".formatted(unit));
    }
  }
}
