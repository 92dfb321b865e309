package io.s3dlio.datagen;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JVM's threads for putting objects, named {@code s3dlio-put-N}. Whoever uses them bounds how
 * many; idle ones end.
 */
final class PutThreads {
  private static final long IDLE_SECONDS = 10;
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Executor SHARED =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          PutThreads::thread);

  private PutThreads() {}

  static Executor shared() {
    return SHARED;
  }

  /** Takes nothing over from the thread that happens to ask: this one outlives its work. */
  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "s3dlio-put-" + NUMBER.incrementAndGet(), 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(PutThreads.class.getClassLoader());
    return thread;
  }
}
