package io.s3dlio.storage.file;

import static java.util.Objects.requireNonNullElse;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.s3dlio.storage.PageCacheMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operating system how pages are used. Advice holds for one open file description, and
 * Java shows the descriptor of none of its own, so what is advised is read through another. No
 * interrupt closes that one.
 *
 * <p>Where advice cannot be given, that is logged once and counted, and reads go on without.
 */
final class PageCache {
  private static final Logger LOG = LoggerFactory.getLogger(PageCache.class);

  private static final PageCache SHARED = new PageCache(LibC::bind);

  private final Runnable binding;
  private final LongAdder withheld = new LongAdder();
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile State state = State.UNTRIED;

  private enum State {
    UNTRIED,
    BOUND,
    UNAVAILABLE
  }

  /**
   * @param binding makes {@link LibC} ready or throws
   */
  PageCache(Runnable binding) {
    this.binding = binding;
  }

  /** Returns the JVM's: the C library is bound once. */
  static PageCache shared() {
    return SHARED;
  }

  /** Returns how often advice was due and could not be given. */
  long withheld() {
    return withheld.sum();
  }

  /** Returns whether advice can be given; if not, counts that it was due. */
  boolean isAvailable() {
    if (state == State.UNTRIED) {
      bind();
    }
    if (state == State.UNAVAILABLE) {
      withheld.increment();
    }
    return state == State.BOUND;
  }

  /** Reads until the target is full or the file ends. To be called if {@link #isAvailable}. */
  void read(Path path, long offset, ByteBuffer target, PageCacheMode mode) throws IOException {
    int descriptor = open(path);
    try {
      switch (mode) {
        case RANDOM -> advise(path, descriptor, 0, 0, LibC.POSIX_FADV_RANDOM);
        case SEQUENTIAL -> advise(path, descriptor, 0, 0, LibC.POSIX_FADV_SEQUENTIAL);
        default -> {}
      }
      int start = target.position();
      fill(path, descriptor, offset, target);
      if (mode == PageCacheMode.DONT_NEED) {
        advise(path, descriptor, offset, target.position() - start, LibC.POSIX_FADV_DONTNEED);
      }
    } finally {
      LibC.close(descriptor);
    }
  }

  /** Drops a file's pages, all that are not dirty. */
  void evict(Path path) throws IOException {
    if (isAvailable()) {
      int descriptor = open(path);
      try {
        advise(path, descriptor, 0, 0, LibC.POSIX_FADV_DONTNEED);
      } finally {
        LibC.close(descriptor);
      }
    }
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

  private static void fill(Path path, int descriptor, long offset, ByteBuffer target)
      throws IOException {
    long address = Pointer.nativeValue(Native.getDirectBufferPointer(target));
    long position = offset;
    while (target.hasRemaining()) {
      int wanted = Math.min(target.remaining(), RangeReader.MAX_TRANSFER);
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

  private static void throwUnlessInterrupted(Path path) throws IOException {
    int error = Native.getLastError();
    if (error != LibC.EINTR) {
      throw LibC.failure(path, error);
    }
  }

  private void advise(Path path, int descriptor, long offset, long length, int advice) {
    int error = LibC.posix_fadvise(descriptor, offset, length, advice);
    if (error != 0) {
      withheld.increment();
      warn("posix_fadvise on " + path + ": " + LibC.strerror(error));
    }
  }

  private synchronized void bind() {
    if (state != State.UNTRIED) {
      return;
    }
    try {
      binding.run();
      state = State.BOUND;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      // JNA throws a plain Error where its own native library does not fit.
      state = State.UNAVAILABLE;
      warn(requireNonNullElse(e.getMessage(), e.getClass().getName()));
    }
  }

  private void warn(String reason) {
    if (warned.compareAndSet(false, true)) {
      LOG.warn("Cannot advise the page cache, files are read without advice: {}", reason);
    }
  }
}
