package io.s3dlio.storage.cloud;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads that send parts, and end when they are idle. */
public final class UploadThreads {
  private static final int IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  /**
   * @param most how many parts are sent at once, over all uploads
   */
  public UploadThreads(int most) {
    AtomicInteger count = new AtomicInteger();
    Queue parts = new Queue();
    executor =
        new ThreadPoolExecutor(
            0,
            most,
            IDLE_SECONDS,
            SECONDS,
            parts,
            task -> newThread(task, "s3dlio-upload-" + count.getAndIncrement()),
            (part, full) -> parts.await(part, full));
  }

  /**
   * Gives a part to a thread that is idle; without one a thread is started, and a part waits only
   * where there are as many as may be.
   */
  private static final class Queue extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable part) {
      return tryTransfer(part);
    }

    void await(Runnable part, ThreadPoolExecutor executor) {
      put(part);
      // Nobody may be left to take it.
      if (executor.isShutdown() && remove(part)) {
        throw new RejectedExecutionException("Cannot send a part: the store is closed");
      }
    }
  }

  public <T> Future<T> submit(Callable<T> work) {
    return executor.submit(work);
  }

  /** Takes no more work; what was taken is done. */
  public void close() {
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
