package io.s3dlio.datagen;

import java.util.concurrent.Semaphore;

/**
 * How many actions are in flight over all that is done in the JVM. Who waits longest goes first.
 */
final class JvmLimit {
  private static final JvmLimit SHARED = new JvmLimit(ConcurrentWork.DEFAULT_LIMIT);

  private final Permits permits;
  private int most;

  JvmLimit(int most) {
    this.most = most;
    this.permits = new Permits(most);
  }

  static JvmLimit shared() {
    return SHARED;
  }

  synchronized void set(int value) {
    if (value > most) {
      permits.release(value - most);
    } else {
      permits.reducePermits(most - value);
    }
    most = value;
  }

  synchronized int most() {
    return most;
  }

  void acquire() throws InterruptedException {
    permits.acquire();
  }

  void release() {
    permits.release();
  }

  private static final class Permits extends Semaphore {
    private static final long serialVersionUID = 1L;

    Permits(int count) {
      super(count, true);
    }

    @Override
    public void reducePermits(int reduction) {
      super.reducePermits(reduction);
    }
  }
}
