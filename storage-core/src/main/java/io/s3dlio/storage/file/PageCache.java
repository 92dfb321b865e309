package io.s3dlio.storage.file;

import static java.util.Objects.requireNonNullElse;

import io.s3dlio.storage.PageCacheMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether files can be read by descriptors of our own, and with them the operating system be told
 * how pages are used. Where that cannot be, it is logged once, advice that was due is counted, and
 * reads go on without.
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

  /** Returns whether there is a C library to call. */
  boolean isBound() {
    if (state == State.UNTRIED) {
      bind();
    }
    return state == State.BOUND;
  }

  /** Counts advice that was due and could not be given. */
  void withhold() {
    withheld.increment();
  }

  /** Takes note of advice that the system refused. */
  void refused(Path path, String reason) {
    withhold();
    warn("posix_fadvise on " + path + ": " + reason);
  }

  /** Drops a file's pages, all that are not dirty. */
  void evict(Path path) throws IOException {
    if (!isBound()) {
      withhold();
      return;
    }
    try (DescriptorSource file = new DescriptorSource(path, PageCacheMode.DONT_NEED, this)) {
      file.evict();
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
