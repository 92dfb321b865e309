package io.s3dlio.storage.loader;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.range.RangeEngine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a stream that were started and not taken. A batch starts, in the order of the
 * epoch, as soon as the window has room for it, on whichever thread made that room. Thread-safe.
 */
final class LoadWindow implements BatchLoad.Context {
  /** How often who waits looks whether something takes too long. */
  private static final long CHECK_MILLIS = 100;

  private final Dataset dataset;
  private final LoaderSettings settings;
  private final Epoch epoch;
  private final BatchMemory memory;
  private final ErrorPolicy policy;
  private final Workers workers;
  private final RangeEngine engine;
  private final Turns turns;
  private final Object lock = new Object();

  /** In the order in which they were started. */
  private final Deque<BatchLoad> window = new ArrayDeque<>();

  private final List<LoadFailure> failures = new ArrayList<>();
  private CancellationToken.Registration registration = () -> {};
  private long started;
  private @Nullable BatchLoad planned;
  private boolean waiting;
  private boolean starting;
  private boolean again;
  private boolean failing;
  private boolean over;
  private @Nullable IOException reason;
  private Runnable onOver = () -> {};

  /**
   * Which items make which batch.
   *
   * @param number the epoch's
   * @param batches how many there are
   */
  record Epoch(long number, Sampler sampler, int batchSize, long batches) {
    static Epoch of(long number, Sampler sampler, int batchSize, boolean dropLast) {
      long whole = sampler.size() / batchSize;
      boolean rest = !dropLast && sampler.size() % batchSize > 0;
      return new Epoch(number, sampler, batchSize, whole + (rest ? 1 : 0));
    }

    long[] indexes(long batch) {
      long from = batch * batchSize;
      long[] indexes = new long[(int) Math.min(batchSize, sampler.size() - from)];
      for (int i = 0; i < indexes.length; i++) {
        indexes[i] = sampler.at(from + i);
      }
      return indexes;
    }
  }

  LoadWindow(
      Dataset dataset,
      LoaderSettings settings,
      Epoch epoch,
      BatchMemory memory,
      ErrorPolicy policy,
      Workers workers) {
    this.dataset = dataset;
    this.settings = settings;
    this.epoch = epoch;
    this.memory = memory;
    this.policy = policy;
    this.workers = workers;
    int requests = settings.maxConcurrency().value();
    this.turns = new Turns(requests);
    this.engine = workers.acquire(requests);
  }

  /** Begins; to be called once. */
  void open(Optional<CancellationToken> token) {
    token.ifPresent(this::endWith);
    startMore();
  }

  private void endWith(CancellationToken token) {
    CancellationToken.Registration made = token.onCancel(() -> end("the loader was cancelled"));
    boolean late;
    synchronized (lock) {
      registration = made;
      late = over;
    }
    if (late) {
      made.close();
    }
  }

  /** Returns whether every batch was taken, or none comes any more. */
  boolean isOver() {
    synchronized (lock) {
      return over;
    }
  }

  long epoch() {
    return epoch.number();
  }

  long batches() {
    return epoch.batches();
  }

  int ready() {
    synchronized (lock) {
      return (int) window.stream().filter(BatchLoad::isReady).count();
    }
  }

  List<LoadFailure> failures() {
    synchronized (lock) {
      return List.copyOf(failures);
    }
  }

  /** Runs an action once nobody need wait here any more. */
  void whenOver(Runnable action) {
    synchronized (lock) {
      if (!over) {
        onOver = action;
        return;
      }
    }
    action.run();
  }

  private boolean isAllTaken() {
    return window.isEmpty() && planned == null && started == epoch.batches();
  }

  /**
   * Takes the next batch, waiting for it.
   *
   * @return nothing after the last
   */
  Optional<Batch> take() throws IOException {
    synchronized (lock) {
      waiting = true;
    }
    try {
      while (true) {
        startMore();
        Optional<Batch> batch = next();
        if (batch.isEmpty() || batch.get().size() > 0) {
          return batch;
        }
        // Everything in it was left out.
        batch.get().close();
      }
    } catch (IOException e) {
      finish(e);
      throw e;
    } finally {
      boolean last;
      synchronized (lock) {
        waiting = false;
        last = !over && isAllTaken();
      }
      if (last) {
        finish(null);
      } else {
        startMore();
      }
    }
  }

  /**
   * Waits for the batch whose turn it is and takes it out of the window; nothing after the last.
   */
  private Optional<Batch> next() throws IOException {
    while (true) {
      List<BatchLoad> loading;
      synchronized (lock) {
        if (over && reason != null) {
          throw reason;
        }
        Optional<BatchLoad> due = due();
        if (due.isPresent()) {
          BatchLoad load = due.get();
          if (load.failure().isPresent()) {
            throw load.failure().get();
          }
          window.remove(load);
          return Optional.of(load.deliver());
        }
        if (over || isAllTaken()) {
          return Optional.empty();
        }
        loading = List.copyOf(window);
        try {
          MILLISECONDS.timedWait(lock, CHECK_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("Cannot wait for a batch: the thread was interrupted");
        }
      }
      long now = System.nanoTime();
      loading.forEach(load -> load.checkTimeouts(now, settings.batchTimeout()));
    }
  }

  /** A failure comes in its turn where batches are in order, so that what is before it is seen. */
  private Optional<BatchLoad> due() {
    if (settings.isOrdered()) {
      return Optional.ofNullable(window.peekFirst()).filter(LoadWindow::hasEnded);
    }
    return window.stream()
        .filter(load -> load.failure().isPresent())
        .findFirst()
        .or(() -> window.stream().filter(BatchLoad::isReady).findFirst());
  }

  private static boolean hasEnded(BatchLoad load) {
    return load.isReady() || load.failure().isPresent();
  }

  @Override
  public void ended(BatchLoad load) {
    List<BatchLoad> useless = new ArrayList<>();
    synchronized (lock) {
      if (load.failure().isPresent()) {
        failing = true;
        boolean later = !settings.isOrdered();
        for (BatchLoad other : window) {
          if (other == load) {
            later = true;
          } else if (later) {
            useless.add(other);
          }
        }
      }
      lock.notifyAll();
    }
    useless.forEach(BatchLoad::cancel);
    startMore();
  }

  @Override
  public boolean leavesOut(LoadFailure failure) {
    synchronized (lock) {
      if (failures.size() >= policy.maxFailures()) {
        return false;
      }
      failures.add(failure);
      return true;
    }
  }

  /** Starts what the window has room for. One thread does; others leave it their wish. */
  private void startMore() {
    synchronized (lock) {
      again = true;
      if (starting) {
        return;
      }
      starting = true;
    }
    boolean more = true;
    while (more) {
      Optional<BatchLoad> load = Optional.empty();
      try {
        load = admit();
        load.ifPresent(admitted -> admitted.start(System.nanoTime()));
      } catch (RuntimeException | Error e) {
        finish(new IOException("Cannot start a batch: " + e, e));
      }
      synchronized (lock) {
        more = load.isPresent() || again;
        starting = more;
      }
    }
  }

  /** Puts the next batch into the window, if there is room and memory for it. */
  private Optional<BatchLoad> admit() {
    BatchLoad load;
    boolean required;
    synchronized (lock) {
      again = false;
      if (!hasRoom()) {
        return Optional.empty();
      }
      if (planned == null) {
        planned = new BatchLoad(this, started, epoch.indexes(started));
      }
      load = planned;
      required = window.isEmpty();
      if (!required && !fits(load)) {
        return Optional.empty();
      }
    }
    if (!load.claim(required)) {
      return Optional.empty();
    }
    synchronized (lock) {
      if (!over) {
        planned = null;
        started++;
        window.add(load);
        return Optional.of(load);
      }
    }
    load.cancel();
    return Optional.empty();
  }

  private boolean hasRoom() {
    if (over || failing || (planned == null && started == epoch.batches())) {
      return false;
    }
    long ready = window.stream().filter(LoadWindow::hasEnded).count();
    if (window.size() - ready >= settings.batchesAtOnce()) {
      return false;
    }
    return settings.isOrdered()
        ? window.size() < settings.window() + (waiting ? 1 : 0)
        : window.size() < settings.window() && ready < settings.readahead();
  }

  private boolean fits(BatchLoad load) {
    long most = settings.batchBytes().value();
    return most == Long.MAX_VALUE
        || window.stream().mapToLong(BatchLoad::bytes).sum() + load.bytes() <= most;
  }

  /** Ends the stream before its end. */
  void end(String why) {
    boolean all;
    synchronized (lock) {
      all = over || isAllTaken();
    }
    finish(
        all
            ? null
            : new LoaderCancelledException(
                "Cannot read the rest of epoch %d: %s".formatted(epoch.number(), why)));
  }

  /** Ends everything; what is in flight drains, and nothing else begins. Idempotent. */
  private void finish(@Nullable IOException why) {
    List<BatchLoad> left;
    CancellationToken.Registration registered;
    Runnable action;
    synchronized (lock) {
      if (over) {
        return;
      }
      over = true;
      reason = why;
      left = List.copyOf(window);
      window.clear();
      registered = registration;
      action = onOver;
      lock.notifyAll();
    }
    left.forEach(BatchLoad::cancel);
    registered.close();
    workers.release();
    action.run();
  }

  @Override
  public RangeEngine engine() {
    return engine;
  }

  @Override
  public Turns turns() {
    return turns;
  }

  @Override
  public LoaderSettings settings() {
    return settings;
  }

  @Override
  public Dataset dataset() {
    return dataset;
  }

  @Override
  public BatchMemory memory() {
    return memory;
  }
}
