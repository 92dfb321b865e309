package io.s3dlio.spark.write;

import io.s3dlio.datagen.ConcurrentWork;
import io.s3dlio.storage.CancellationToken;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;

/**
 * Writes the content of rows, several at a time. Rows under way hold {@code maxConcurrency x
 * partSize} bytes at most; one that is larger goes alone. Used by one thread.
 */
final class BoundedWork implements AutoCloseable {
  private final WriteJob job;
  private final ConcurrentWork work;
  private final int maxBytes;
  private final Semaphore bytes;

  BoundedWork(WriteJob job, CancellationToken token) {
    this.job = job;
    this.work = new ConcurrentWork("write below " + job.prefix(), job.maxConcurrency(), token);
    this.maxBytes = (int) Math.min(Integer.MAX_VALUE, (long) job.maxConcurrency() * job.partSize());
    this.bytes = new Semaphore(maxBytes);
  }

  /**
   * Starts an action, waiting for room.
   *
   * @param length the bytes of the row that it writes; 0 for none
   */
  void start(int length, ConcurrentWork.Action action) throws IOException {
    int held = Math.min(length, maxBytes);
    acquire(held);
    boolean started = false;
    try {
      work.start(
          () -> {
            try {
              action.run();
            } finally {
              bytes.release(held);
            }
          });
      started = true;
    } finally {
      if (!started) {
        bytes.release(held);
      }
    }
  }

  private void acquire(int count) throws InterruptedIOException {
    try {
      bytes.acquire(count);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "Cannot write below %s: the thread was interrupted".formatted(job.prefix()));
    }
  }

  /** Waits until all that was started has ended. */
  void drain() throws IOException {
    work.drain();
  }

  @Override
  public void close() {
    work.close();
  }
}
