package io.s3dlio.storage.loader;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Starts what waits, so much at once and first come first served: what is needed first is not
 * slowed by what is needed later. Thread-safe.
 */
final class Turns {
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final int most;
  private int underWay;
  private boolean starting;

  /**
   * @param most how much is under way at once
   */
  Turns(int most) {
    this.most = most;
  }

  /** Starts something in its turn; it ends with {@link #leave}, from any thread. */
  void enter(Runnable start) {
    synchronized (this) {
      waiting.add(start);
    }
    startWaiting();
  }

  void leave() {
    synchronized (this) {
      underWay--;
    }
    startWaiting();
  }

  /** One thread at a time, which sees what others leave meanwhile: no recursion, and in order. */
  private void startWaiting() {
    while (true) {
      Runnable next;
      synchronized (this) {
        if (starting || underWay >= most || waiting.isEmpty()) {
          return;
        }
        next = waiting.remove();
        underWay++;
        starting = true;
      }
      try {
        next.run();
      } finally {
        synchronized (this) {
          starting = false;
        }
      }
    }
  }
}
