package io.s3dlio.spark.read;

import io.s3dlio.storage.range.RangeEngine;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that look into objects while their task waits: daemons, as many as there may be
 * ranges in flight by default. They are never interrupted, wait for no other of them, and end when
 * they are idle.
 */
final class DecodeThreads {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int MOST = RangeEngine.DEFAULT_SHARED_THREADS;
  private static final int IDLE_SECONDS = 30;
  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          MOST,
          MOST,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          DecodeThreads::make);

  static {
    THREADS.allowCoreThreadTimeOut(true);
  }

  private DecodeThreads() {}

  /** Inherits neither thread locals nor a class loader from the task that happens to come first. */
  private static Thread make(Runnable work) {
    Thread thread = new Thread(null, work, "s3dlio-decode-" + COUNT.getAndIncrement(), 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(DecodeThreads.class.getClassLoader());
    return thread;
  }

  static <T> CompletableFuture<T> submit(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    THREADS.execute(
        () -> {
          try {
            result.complete(work.call());
          } catch (Throwable e) {
            // Told to the task, which waits for it.
            result.completeExceptionally(e);
          }
        });
    return result;
  }
}
