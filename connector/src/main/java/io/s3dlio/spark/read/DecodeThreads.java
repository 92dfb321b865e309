package io.s3dlio.spark.read;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that look into objects while their task waits: daemons, as many as are asked for at
 * once, each reader asking for a bounded number. They are never interrupted and end when they are
 * idle.
 */
final class DecodeThreads {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final ExecutorService THREADS = Executors.newCachedThreadPool(DecodeThreads::make);

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
