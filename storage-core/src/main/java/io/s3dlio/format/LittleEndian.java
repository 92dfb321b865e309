package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory in the byte order that all of the formats have. */
final class LittleEndian {
  private LittleEndian() {}

  static ByteBuffer allocate(int length) {
    return of(new byte[length]);
  }

  static ByteBuffer of(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
