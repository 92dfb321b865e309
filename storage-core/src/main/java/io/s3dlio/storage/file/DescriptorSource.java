package io.s3dlio.storage.file;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.s3dlio.storage.PageCacheMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;

/**
 * Reads through the page cache by a descriptor of our own: of Java's none is shown, and both advice
 * and the version of the open file need one. No interrupt closes it. To be made only if {@link
 * PageCache#isBound}.
 */
final class DescriptorSource implements FileSource {
  private final Path path;
  private final PageCacheMode advice;
  private final PageCache pageCache;
  private final int descriptor;

  DescriptorSource(Path path, PageCacheMode advice, PageCache pageCache) throws IOException {
    this.path = path;
    this.advice = advice;
    this.pageCache = pageCache;
    this.descriptor = open(path);
  }

  private static int open(Path path) throws IOException {
    byte[] name = LocalPaths.cString(path);
    while (true) {
      int descriptor = LibC.open(name, LibC.O_RDONLY | LibC.O_CLOEXEC);
      if (descriptor >= 0) {
        return descriptor;
      }
      throwUnlessInterrupted(path);
    }
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    switch (advice) {
      case RANDOM -> advise(0, 0, LibC.POSIX_FADV_RANDOM);
      case SEQUENTIAL -> advise(0, 0, LibC.POSIX_FADV_SEQUENTIAL);
      default -> {}
    }
    int start = target.position();
    fill(offset, target);
    if (advice == PageCacheMode.DONT_NEED) {
      advise(offset, target.position() - start, LibC.POSIX_FADV_DONTNEED);
    }
  }

  /** Drops the whole file's pages, all that are not dirty. */
  void evict() {
    advise(0, 0, LibC.POSIX_FADV_DONTNEED);
  }

  @Override
  public FileVersion version() throws IOException {
    FileVersion version = Statx.version(descriptor);
    return version != null ? version : FileVersion.of(path);
  }

  @Override
  public void close() {
    LibC.close(descriptor);
  }

  private void fill(long offset, ByteBuffer target) throws IOException {
    long address = Pointer.nativeValue(Native.getDirectBufferPointer(target));
    long position = offset;
    while (target.hasRemaining()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
      int wanted = Math.min(target.remaining(), MAX_TRANSFER);
      long read = LibC.pread(descriptor, address + target.position(), wanted, position);
      if (read == 0) {
        return;
      }
      if (read < 0) {
        throwUnlessInterrupted(path);
      } else {
        position += read;
        target.position(target.position() + Math.toIntExact(read));
      }
    }
  }

  /** By a signal, that is, which is no reason to end. */
  private static void throwUnlessInterrupted(Path path) throws IOException {
    int error = Native.getLastError();
    if (error != LibC.EINTR) {
      throw LibC.failure(path, error);
    }
  }

  private void advise(long offset, long length, int purpose) {
    int error = LibC.posix_fadvise(descriptor, offset, length, purpose);
    if (error != 0) {
      pageCache.refused(path, LibC.strerror(error));
    }
  }
}
