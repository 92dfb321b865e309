package io.s3dlio.storage.loader;

import io.s3dlio.storage.range.RangeEngine;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one loader. They begin with a stream and end with the last one that is open, or
 * with the loader where they are to persist. Thread-safe.
 */
final class Workers implements AutoCloseable {
  private static final AtomicInteger LOADERS = new AtomicInteger();

  private final String name = "s3dlio-loader-" + LOADERS.getAndIncrement() + "-";
  private final boolean persistent;
  private @Nullable RangeEngine engine;
  private int streams;
  private boolean closed;

  Workers(boolean persistent) {
    this.persistent = persistent;
  }

  /** Returns what the names of the threads begin with. */
  String name() {
    return name;
  }

  /** Returns threads for a stream, which {@linkplain #release gives them back}. */
  synchronized RangeEngine acquire(int threads) {
    if (closed) {
      throw new IllegalStateException("Cannot stream: the loader was closed");
    }
    if (engine == null) {
      engine = new RangeEngine(threads, name, persistent);
    } else {
      engine.setMaxThreads(threads);
    }
    streams++;
    return engine;
  }

  synchronized void release() {
    streams--;
    end();
  }

  /** Ends the threads once what is in flight has drained. Waits for nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    end();
  }

  private void end() {
    if (engine != null && streams == 0 && (closed || !persistent)) {
      engine.shutdown();
      engine = null;
    }
  }
}
