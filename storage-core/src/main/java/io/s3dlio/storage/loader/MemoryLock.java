package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNullElse;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the system not to swap memory out; 64-bit Linux alone. */
final class MemoryLock {
  /** Why there is no lock to be had; null if there is. */
  private static final @Nullable String UNAVAILABLE = bind();

  private MemoryLock() {}

  /**
   * Locks a buffer's pages. The lock ends when the pages go back to the system; a second one counts
   * nothing against the limit.
   *
   * @return why it was refused; nothing if it was not
   */
  static Optional<String> lock(ByteBuffer buffer) {
    if (UNAVAILABLE != null) {
      return Optional.of(UNAVAILABLE);
    }
    long address = Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    return mlock(address, buffer.capacity()) == 0
        ? Optional.empty()
        : Optional.of(strerror(Native.getLastError()));
  }

  private static @Nullable String bind() {
    if (!Platform.isLinux() || !Platform.is64Bit()) {
      return "this is not a 64-bit Linux";
    }
    try {
      Native.register(MemoryLock.class, Platform.C_LIBRARY_NAME);
      return null;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      // JNA throws a plain Error where its own native library does not fit.
      return requireNonNullElse(e.getMessage(), e.getClass().getName());
    }
  }

  private static native int mlock(long address, long length);

  private static native String strerror(int error);
}
