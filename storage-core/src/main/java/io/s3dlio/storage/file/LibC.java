package io.s3dlio.storage.file;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The calls of the C library that Java has no other way to make; 64-bit Linux alone. */
@SuppressWarnings("MemberName")
final class LibC {
  static final int O_RDONLY = 0;
  static final int O_CLOEXEC = 0x80000;
  static final int POSIX_FADV_RANDOM = 1;
  static final int POSIX_FADV_SEQUENTIAL = 2;
  static final int POSIX_FADV_DONTNEED = 4;
  static final int EINTR = 4;

  private static final int ENOENT = 2;
  private static final int EACCES = 13;

  private LibC() {}

  /**
   * Binds the calls; to be called once, before any of them.
   *
   * @throws LinkageError if there is no such library
   */
  static void bind() {
    if (!Platform.isLinux() || !Platform.is64Bit()) {
      throw new UnsatisfiedLinkError("this is not a 64-bit Linux");
    }
    Native.register(LibC.class, Platform.C_LIBRARY_NAME);
  }

  static native int open(byte[] path, int flags);

  static native long pread(int descriptor, long address, long count, long offset);

  /** Returns the error's number itself. */
  static native int posix_fadvise(int descriptor, long offset, long length, int advice);

  static native int close(int descriptor);

  static native String strerror(int error);

  /** Returns what {@code java.nio.file} would throw. */
  static FileSystemException failure(Path path, int error) {
    return switch (error) {
      case ENOENT -> new NoSuchFileException(path.toString());
      case EACCES -> new AccessDeniedException(path.toString());
      default -> new FileSystemException(path.toString(), null, strerror(error));
    };
  }
}
