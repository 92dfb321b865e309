package io.s3dlio.spark.read;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one listing: none while there is one thing to do, which its caller does itself.
 * Closing them ends what still runs.
 */
final class ListThreads implements AutoCloseable {
  /** Requests of one listing at the same time, at most, but for the caller's own. */
  static final int MOST = 16;

  private final AtomicInteger unfinished = new AtomicInteger();
  private final Queue<Future<?>> begun = new ConcurrentLinkedQueue<>();
  private @Nullable ExecutorService executor;
  private volatile boolean failed;

  /** Returns what the tasks return, in their order, or throws what the first failed by. */
  <T> List<T> all(List<Callable<T>> tasks) throws IOException {
    if (tasks.size() == 1) {
      return List.of(called(tasks.get(0)));
    }
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    for (Callable<T> task : tasks) {
      futures.add(submit(task));
    }
    List<T> results = new ArrayList<>(tasks.size());
    for (Future<T> future : futures) {
      results.add(result(future));
    }
    return results;
  }

  /** Begins something that {@link #await} waits for. */
  void begin(Callable<?> task) {
    begun.add(submit(task));
  }

  private <T> Future<T> submit(Callable<T> task) {
    unfinished.incrementAndGet();
    return executor().submit(() -> watched(task));
  }

  /** Returns whether a thread has nothing to do. */
  boolean hasRoom() {
    return unfinished.get() < MOST;
  }

  /** Waits for all that was begun, by those it waits for too. */
  void await() throws IOException {
    for (Future<?> next = begun.poll(); next != null; next = begun.poll()) {
      result(next);
    }
  }

  /** Returns whether something failed, so that going on is of no use. */
  boolean hasFailed() {
    return failed;
  }

  private <T> T watched(Callable<T> task) throws Exception {
    boolean done = false;
    try {
      T result = task.call();
      done = true;
      return result;
    } finally {
      unfinished.decrementAndGet();
      if (!done) {
        failed = true;
      }
    }
  }

  private synchronized ExecutorService executor() {
    if (executor == null) {
      AtomicInteger number = new AtomicInteger();
      executor =
          Executors.newFixedThreadPool(
              MOST,
              work -> {
                Thread thread = new Thread(work, "s3dlio-list-" + number.getAndIncrement());
                thread.setDaemon(true);
                return thread;
              });
    }
    return executor;
  }

  private static <T> T called(Callable<T> task) throws IOException {
    try {
      return task.call();
    } catch (Exception e) {
      throw rethrown(e);
    }
  }

  private static <T> T result(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("Cannot list: interrupted");
      interrupted.initCause(e);
      throw interrupted;
    } catch (ExecutionException e) {
      throw rethrown(e.getCause() == null ? e : e.getCause());
    }
  }

  private static IOException rethrown(Throwable cause) {
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return cause instanceof IOException e ? e : new IOException(cause);
  }

  @Override
  public synchronized void close() {
    failed = true;
    if (executor != null) {
      executor.shutdownNow();
    }
  }
}
