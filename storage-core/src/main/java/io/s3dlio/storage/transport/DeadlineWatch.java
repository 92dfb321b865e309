package io.s3dlio.storage.transport;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the deadlines of all connections a few times a second, on a thread that lives while
 * there are any: a blocking read takes no timeout, and a timer for each request costs more than the
 * look.
 */
final class DeadlineWatch {
  private static final long PERIOD_NANOS = 50_000_000;

  private final LongSupplier clock;
  private final Runnable sweep;
  private final Set<Deadline> deadlines = new HashSet<>();
  private @Nullable Thread thread;

  /**
   * @param sweep is run at each look
   */
  DeadlineWatch(LongSupplier clock, Runnable sweep) {
    this.clock = clock;
    this.sweep = sweep;
  }

  /** Watches a connection's deadlines until it is closed. */
  synchronized void add(Deadline deadline) {
    deadlines.add(deadline);
    if (thread == null) {
      thread = new Thread(null, this::run, "s3dlio-deadlines", 0, false);
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Looks now. */
  synchronized void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    do {
      LockSupport.parkNanos(this, PERIOD_NANOS);
      sweep.run();
    } while (isNeeded());
  }

  private synchronized boolean isNeeded() {
    deadlines.removeIf(deadline -> deadline.isOver(clock.getAsLong()));
    if (deadlines.isEmpty()) {
      thread = null;
    }
    return thread != null;
  }
}
