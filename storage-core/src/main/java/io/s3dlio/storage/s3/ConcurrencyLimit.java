package io.s3dlio.storage.s3;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many requests a store may have under way: halved when the server asks for fewer, raised again
 * by one for about as many successes as the limit is (additive increase, multiplicative decrease).
 * Thread-safe.
 */
final class ConcurrencyLimit {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private final int most;
  private double limit;
  private int underWay;
  private long started;
  private long loweredAfter;

  /**
   * @param most the limit at the start, never exceeded
   */
  ConcurrencyLimit(int most) {
    this.most = most;
    this.limit = most;
  }

  /** Waits for its turn; returns the request's number. */
  long begin() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (underWay >= (int) limit) {
        released.await();
      }
      underWay++;
      return ++started;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a request that was answered, well or not. */
  void end() {
    lock.lock();
    try {
      underWay--;
      limit = Math.min(most, limit + 1 / limit);
      // Twice: one place became free, and the limit may have come to another.
      released.signal();
      released.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends a request that the server refused as one too many. Those that were under way when the
   * limit was lowered lower it no further.
   */
  void endThrottled(long request) {
    lock.lock();
    try {
      underWay--;
      if (request > loweredAfter) {
        limit = Math.max(1, limit / 2);
        loweredAfter = started;
      }
      released.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the limit in force. */
  int limit() {
    lock.lock();
    try {
      return (int) limit;
    } finally {
      lock.unlock();
    }
  }
}
