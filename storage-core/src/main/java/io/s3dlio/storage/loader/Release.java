package io.s3dlio.storage.loader;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a batch, and who wants to know of it. Thread-safe. */
final class Release {
  private static final Logger LOG = LoggerFactory.getLogger(Release.class);

  private final Ending ending = new Ending();
  private final List<Object> owners;
  private final Runnable onClose;
  private boolean watched;

  /**
   * @param owners what the collector takes with the memory; empty if it does not take it
   * @param onClose gives the memory back
   */
  Release(List<Object> owners, Runnable onClose) {
    this.owners = owners;
    this.onClose = onClose;
  }

  boolean isDone() {
    return ending.isOver();
  }

  void add(Runnable action) {
    ending.add(action);
    synchronized (this) {
      if (watched) {
        return;
      }
      watched = true;
    }
    AtomicInteger left = new AtomicInteger(owners.size());
    Runnable collected = whenAllAreGone(ending, left);
    owners.forEach(owner -> Cleaners.SHARED.register(owner, collected));
  }

  /** Static, since what waits for the memory's end must not keep it. */
  private static Runnable whenAllAreGone(Ending ending, AtomicInteger left) {
    return () -> {
      if (left.decrementAndGet() == 0) {
        ending.end();
      }
    };
  }

  void close() {
    if (ending.end()) {
      onClose.run();
    }
  }

  private static final class Ending {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean over;

    synchronized boolean isOver() {
      return over;
    }

    void add(Runnable action) {
      synchronized (this) {
        if (!over) {
          actions.add(action);
          return;
        }
      }
      run(action);
    }

    /** Returns whether this is the first time. */
    boolean end() {
      List<Runnable> waiting;
      synchronized (this) {
        if (over) {
          return false;
        }
        over = true;
        waiting = List.copyOf(actions);
        actions.clear();
      }
      waiting.forEach(Ending::run);
      return true;
    }

    private static void run(Runnable action) {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        LOG.error("An action after a batch has failed", e);
      }
    }
  }

  /** Its thread begins when somebody wants to know. */
  private static final class Cleaners {
    static final Cleaner SHARED = Cleaner.create();
  }
}
