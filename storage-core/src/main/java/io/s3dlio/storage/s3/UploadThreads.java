package io.s3dlio.storage.s3;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads that send parts, and end when they are idle. */
final class UploadThreads {
  private static final int IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  /**
   * @param most how many parts are sent at once, over all uploads
   */
  UploadThreads(int most) {
    AtomicInteger count = new AtomicInteger();
    executor =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            SECONDS,
            new LinkedBlockingQueue<>(),
            task -> newThread(task, "s3dlio-upload-" + count.getAndIncrement()));
    executor.allowCoreThreadTimeOut(true);
  }

  <T> Future<T> submit(Callable<T> work) {
    return executor.submit(work);
  }

  /** Takes no more work; what was taken is done. */
  void close() {
    executor.shutdown();
  }

  /** Inherits nothing from the task that happens to come first. */
  private static Thread newThread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(UploadThreads.class.getClassLoader());
    return thread;
  }
}
