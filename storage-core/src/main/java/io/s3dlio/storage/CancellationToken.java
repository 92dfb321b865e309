package io.s3dlio.storage;

import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells work under way that nobody wants it any more. One token may be shared by many; it is
 * cancelled once and for all. Thread-safe.
 */
public final class CancellationToken {
  private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean cancelled;

  /** Cancels and runs what waits for it, on this thread. Idempotent. */
  public void cancel() {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
    }
    for (Runnable listener : listeners) {
      listener.run();
    }
    listeners.clear();
  }

  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Runs an action when the token is cancelled, at once if it is already. The action is short and
   * does not throw.
   *
   * @return forgets the action; for work that ends before the token does
   */
  public Registration onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        listeners.add(action);
        return () -> listeners.remove(action);
      }
    }
    action.run();
    return () -> {};
  }

  /** Undoes a registration. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
