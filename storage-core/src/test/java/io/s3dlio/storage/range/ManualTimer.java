package io.s3dlio.storage.range;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A timer whose time comes when the test says so. */
final class ManualTimer implements RangeEngine.Timer {
  record Waiting(Runnable action, long nanos) {}

  private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();

  @Override
  public void runLater(Runnable action, long nanos) {
    waiting.add(new Waiting(action, nanos));
  }

  /** Waits until something waits, and takes it. */
  Waiting take() throws InterruptedException {
    return waiting.take();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }
}
