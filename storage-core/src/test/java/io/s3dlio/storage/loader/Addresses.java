package io.s3dlio.storage.loader;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** Where buffers lie. */
final class Addresses {
  private Addresses() {}

  static long of(ByteBuffer buffer) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
  }
}
