package io.s3dlio.storage.range;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.telemetry.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch on the engine's threads. Up to {@code maxWorkers} workers pull ranges until none is
 * left. Each that takes one starts another while more wait, but only once the last one started has
 * begun: small batches and fast stores wake few threads. While workers of other batches wait for a
 * thread, one that has read a range queues behind them.
 *
 * <p>The lock is held for bookkeeping alone. Nothing of others (reader, executor, timer, actions)
 * is called under it.
 */
final class Batch implements BatchRead {
  private static final Logger LOG = LoggerFactory.getLogger(Batch.class);

  private static final long NO_RETRY = -1;

  private final RangeEngine engine;
  private final ObjectReader reader;
  private final List<ReadRequest> requests;
  private final RangeEngineConfig config;
  private final long timeoutNanos;
  private final int maxWorkers;
  private final Runnable worker = this::work;

  /** Open until the outcome is known. A success is told after its actions have run. */
  private final CountDownLatch done = new CountDownLatch(1);

  private final Object lock = new Object();
  private final RangeQueue queue;
  private final Set<RangeTask> inFlight = new HashSet<>();
  private List<Runnable> drainActions = new ArrayList<>();
  private CancellationToken.Registration registration = () -> {};
  private @Nullable IOException failure;
  private int workers;
  private boolean launching;
  private int backingOff;
  private boolean retrying = true;
  private boolean ended;
  private boolean drained;
  private long bytes;
  private long ranges;
  private long retries;

  Batch(
      RangeEngine engine,
      ObjectReader reader,
      List<ReadRequest> requests,
      RangeEngineConfig config,
      int maxConcurrency) {
    this.engine = engine;
    this.reader = reader;
    this.requests = requests;
    this.config = config;
    this.timeoutNanos = NANOSECONDS.convert(config.timeout());
    this.maxWorkers = Math.min(maxConcurrency, engine.maxThreads());
    this.queue = new RangeQueue(requests, config, maxConcurrency);
    this.ended = requests.isEmpty();
  }

  void start(CancellationToken token) {
    CancellationToken.Registration made = token.onCancel(this::cancel);
    boolean launch;
    synchronized (lock) {
      registration = made;
      launch = addWorker();
    }
    if (launch) {
      launch();
    } else {
      conclude();
    }
  }

  @Override
  public void await() throws IOException {
    boolean unused = awaitNanos(Long.MAX_VALUE);
  }

  @Override
  public boolean await(Duration limit) throws IOException {
    return awaitNanos(NANOSECONDS.convert(limit));
  }

  private boolean awaitNanos(long most) throws IOException {
    long start = engine.nanoTime();
    try {
      while (done.getCount() > 0) {
        long left = most - (engine.nanoTime() - start);
        if (left <= 0) {
          return false;
        }
        if (!done.await(Math.min(left, nanosToNextTimeout()), NANOSECONDS)) {
          failOverdue();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ReadFailures.ended(requests, "the thread that waits was interrupted");
    }
    synchronized (lock) {
      if (failure != null) {
        throw failure;
      }
    }
    return true;
  }

  @Override
  public boolean isDone() {
    failOverdue();
    return done.getCount() == 0;
  }

  @Override
  public Optional<IOException> failure() {
    synchronized (lock) {
      return Optional.ofNullable(failure);
    }
  }

  @Override
  public void cancel() {
    end(() -> ReadFailures.ended(requests, "the read was cancelled"));
  }

  /** Starts no further range; succeeds if all are in flight already and need no retry. */
  void stop(String reason) {
    boolean unfinished;
    synchronized (lock) {
      retrying = false;
      unfinished = !queue.isEmpty() || backingOff > 0;
    }
    if (unfinished) {
      end(() -> ReadFailures.ended(requests, reason));
    }
  }

  @Override
  public void whenDrained(Runnable action) {
    synchronized (lock) {
      if (!drained) {
        drainActions.add(action);
        return;
      }
    }
    run(action);
  }

  @Override
  public Stats stats() {
    synchronized (lock) {
      return new Stats(bytes, ranges, retries);
    }
  }

  private void work() {
    try {
      RangeTask task = proceed(null, null);
      while (task != null) {
        task = proceed(task, read(task));
      }
    } catch (RuntimeException | Error e) {
      end(() -> unexpected(e));
    }
  }

  private @Nullable Throwable read(RangeTask task) {
    try {
      reader.read(task.rest());
      return task.request().target().hasRemaining() ? ReadFailures.incomplete(task) : null;
    } catch (Throwable e) {
      return e;
    } finally {
      // A store that left the flag set would have the next range's channel closed.
      boolean ignored = Thread.interrupted();
    }
  }

  /** Accounts for the range that a worker has read, if any, and gives it the next one. */
  private @Nullable RangeTask proceed(@Nullable RangeTask last, @Nullable Throwable error) {
    long backoffNanos = NO_RETRY;
    boolean launch = false;
    boolean over;
    RangeTask next;
    synchronized (lock) {
      if (last != null) {
        backoffNanos = settle(last, error);
      } else {
        launching = false;
      }
      boolean othersTurn = last != null && queue.hasNext() && engine.isContended();
      next = ended || othersTurn ? null : queue.poll();
      if (next == null) {
        workers--;
        launch = othersTurn && addWorker();
      } else {
        begin(next);
        launch = addWorker();
      }
      over = ended;
    }
    if (last != null && backoffNanos != NO_RETRY) {
      retryAfter(last, backoffNanos);
    }
    if (launch) {
      launch();
    }
    if (over) {
      conclude();
    }
    return next;
  }

  private void begin(RangeTask task) {
    task.begin(engine.nanoTime());
    inFlight.add(task);
    if (task.attempts() == 1) {
      ranges++;
    } else {
      retries++;
      Counter.RANGES_RETRIED.increment();
    }
  }

  private long settle(RangeTask task, @Nullable Throwable error) {
    inFlight.remove(task);
    bytes += task.takeProgress();
    queue.landed(task);
    if (ended) {
      return NO_RETRY;
    }
    if (error == null) {
      task.finish();
      ended = inFlight.isEmpty() && backingOff == 0 && !queue.hasNext();
      return NO_RETRY;
    }
    if (retrying
        && ReadFailures.isRetryable(error)
        && engine.retryPolicy().allows(task.attempts())) {
      long delay = engine.retryPolicy().delayNanos(task.attempts());
      if (delay < timeoutNanos - task.elapsedNanos(engine.nanoTime())) {
        backingOff++;
        return delay;
      }
    }
    fail(() -> ReadFailures.of(error, task));
    return NO_RETRY;
  }

  private void retryAfter(RangeTask task, long nanos) {
    try {
      engine.schedule(() -> resume(task), nanos);
    } catch (RuntimeException | Error e) {
      end(() -> unexpected(e));
    }
  }

  private void resume(RangeTask task) {
    boolean launch;
    synchronized (lock) {
      if (ended) {
        return;
      }
      backingOff--;
      queue.retry(task);
      launch = addWorker();
    }
    if (launch) {
      launch();
    }
  }

  /** Counts one more worker if there is something for it to do and no other has yet to begin. */
  private boolean addWorker() {
    if (ended || launching || workers == maxWorkers || !queue.hasNext()) {
      return false;
    }
    workers++;
    launching = true;
    return true;
  }

  private void launch() {
    try {
      engine.execute(worker);
    } catch (RuntimeException | Error e) {
      end(() -> unexpected(e));
    }
  }

  private long nanosToNextTimeout() {
    synchronized (lock) {
      long now = engine.nanoTime();
      long longest = inFlight.stream().mapToLong(task -> task.elapsedNanos(now)).max().orElse(0);
      return timeoutNanos - longest;
    }
  }

  private void failOverdue() {
    synchronized (lock) {
      long now = engine.nanoTime();
      for (RangeTask task : inFlight) {
        if (task.elapsedNanos(now) >= timeoutNanos) {
          fail(() -> ReadFailures.timeout(task, config.timeout()));
        }
      }
    }
    conclude();
  }

  private void end(Supplier<IOException> reason) {
    synchronized (lock) {
      fail(reason);
    }
    conclude();
  }

  /** Ends the batch unless it has ended: the first failure is the one that counts. */
  private void fail(Supplier<IOException> reason) {
    if (!ended) {
      ended = true;
      failure = reason.get();
      queue.clear();
    }
  }

  /** If the batch has ended, tells those who wait for its failure, or for it to drain. */
  private void conclude() {
    List<Runnable> actions;
    CancellationToken.Registration cancellation;
    synchronized (lock) {
      if (!ended || drained) {
        return;
      }
      if (failure != null) {
        done.countDown();
      }
      if (!inFlight.isEmpty()) {
        return;
      }
      drained = true;
      actions = drainActions;
      drainActions = List.of();
      cancellation = registration;
    }
    actions.forEach(Batch::run);
    done.countDown();
    cancellation.close();
    engine.forget(this);
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      LOG.error("An action after a read has failed", e);
    }
  }

  private IOException unexpected(Throwable error) {
    return ReadFailures.of(error, requests.get(0).location(), 1);
  }
}
