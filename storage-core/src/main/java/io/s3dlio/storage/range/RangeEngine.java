package io.s3dlio.storage.range;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Runs reads as bounded concurrent ranges, on daemon threads of its own that are never interrupted
 * and end when they are idle. Thread-safe.
 */
public final class RangeEngine implements AutoCloseable {
  /** How many ranges the JVM's engine runs at once, unless it is told otherwise. */
  public static final int DEFAULT_SHARED_THREADS = 128;

  private static final int IDLE_SECONDS = 30;
  private static final int MAX_BUFFER = Integer.MAX_VALUE - 8;

  private volatile int maxThreads;
  private final ThreadPoolExecutor executor;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final RetryPolicy retryPolicy;
  private final Timer timer;
  private final LongSupplier clock;
  private final Set<Batch> batches = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param maxThreads how many ranges run at once, over all batches. Where more are wanted the
   *     batches take turns, range by range
   */
  public RangeEngine(int maxThreads) {
    this(maxThreads, "s3dlio-io-", false);
  }

  /**
   * An engine of somebody's own.
   *
   * @param maxThreads as above
   * @param threadNames what the names of its threads begin with
   * @param keepsThreads whether idle threads stay until the engine is closed
   */
  public RangeEngine(int maxThreads, String threadNames, boolean keepsThreads) {
    this(
        maxThreads,
        threadNames,
        keepsThreads,
        RetryPolicy.DEFAULT,
        RangeEngine::runLater,
        System::nanoTime);
  }

  RangeEngine(int maxThreads, RetryPolicy retryPolicy, Timer timer, LongSupplier clock) {
    this(maxThreads, "s3dlio-io-", false, retryPolicy, timer, clock);
  }

  /**
   * @param timer runs what waits for another attempt
   * @param clock nanoseconds from any origin
   */
  private RangeEngine(
      int maxThreads,
      String threadNames,
      boolean keepsThreads,
      RetryPolicy retryPolicy,
      Timer timer,
      LongSupplier clock) {
    requirePositive("maxThreads", maxThreads);
    this.maxThreads = maxThreads;
    this.retryPolicy = retryPolicy;
    this.timer = timer;
    this.clock = clock;
    AtomicInteger count = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            maxThreads,
            maxThreads,
            IDLE_SECONDS,
            SECONDS,
            new LinkedBlockingQueue<>(),
            task -> newThread(task, threadNames + count.getAndIncrement()));
    executor.allowCoreThreadTimeOut(!keepsThreads);
  }

  /** Returns the JVM's engine, of {@link #DEFAULT_SHARED_THREADS}. Nobody closes it. */
  public static RangeEngine shared() {
    return Shared.ENGINE;
  }

  /**
   * Starts a batch of reads and returns at once. Requests of {@link RangeEngineConfig#minSplitSize}
   * and more are cut into ranges, which start in the order of the requests; each range is retried
   * from the byte that it reached. A target belongs to the batch until it has {@linkplain
   * BatchRead#whenDrained drained}; once {@link BatchRead#await} has returned, every target's
   * position is at its limit. After a failure the targets' positions and content are undefined.
   *
   * <p>{@link RangeEngineConfig#maxConcurrentRanges} counts the ranges of one object within the
   * batch. {@link RangeEngineConfig#timeout} runs from the start of a range's first attempt; a
   * range that is stuck in its store fails the batch in {@link BatchRead#await}, and holds one of
   * the engine's threads until the store lets go.
   *
   * @param from a store, whose {@linkplain ObjectStore#reader reader} for this batch is made here,
   *     or the reader of one who submits several
   * @param maxConcurrency how many ranges of this batch are in flight at most
   * @param token cancels the batch
   * @throws IllegalStateException if the engine was closed
   */
  public BatchRead submit(
      ObjectReader from,
      List<ReadRequest> requests,
      RangeEngineConfig config,
      int maxConcurrency,
      CancellationToken token) {
    requireNonNull(from, "from is null");
    requireNonNull(config, "config is null");
    requireNonNull(token, "token is null");
    requirePositive("maxConcurrency", maxConcurrency);
    ObjectReader reader = from instanceof ObjectStore store ? store.reader() : from;
    Batch batch = new Batch(this, reader, List.copyOf(requests), config, maxConcurrency);
    batches.add(batch);
    if (closed) {
      batches.remove(batch);
      throw new IllegalStateException("Cannot read: the engine was closed");
    }
    batch.start(token);
    return batch;
  }

  /**
   * Reads one range of an object into a read-only direct buffer that the collector owns.
   *
   * @throws StorageException if the range is larger than a buffer can be, 2 GiB, or than the direct
   *     memory that is left
   */
  public ByteBuffer get(ObjectStore store, ObjectInfo object, long offset, long length)
      throws IOException {
    ByteBuffer target = allocate(object, new Range(offset, length));
    RangeEngineConfig config = store.rangeDefaults();
    BatchRead batch =
        submit(
            store,
            List.of(ReadRequest.of(object, offset, target)),
            config,
            config.maxConcurrentRanges(),
            new CancellationToken());
    try {
      batch.await();
    } finally {
      batch.cancel();
    }
    return target.rewind().asReadOnlyBuffer();
  }

  private static ByteBuffer allocate(ObjectInfo object, Range range) throws StorageException {
    if (range.length() > MAX_BUFFER) {
      throw new StorageException(
          Failure.of(
                  "read",
                  object.location(),
                  "%d bytes do not fit a buffer".formatted(range.length()))
              .withRemedy("Read it in ranges"));
    }
    try {
      return ByteBuffer.allocateDirect(Math.toIntExact(range.length()));
    } catch (OutOfMemoryError e) {
      throw new StorageException(
          Failure.of(
                  "read",
                  object.location(),
                  "%d bytes do not fit the direct memory that is left: %s"
                      .formatted(range.length(), e.getMessage()))
              .withRemedy("Raise -XX:MaxDirectMemorySize, or read it in ranges"));
    }
  }

  /**
   * Ends the engine without waiting: no range starts any more, those in flight drain, and the
   * threads end then. A batch of which ranges are left fails. Idempotent.
   */
  public void shutdown() {
    closed = true;
    batches.forEach(batch -> batch.stop("the engine was closed"));
    executor.shutdown();
  }

  /**
   * {@linkplain #shutdown Ends} the engine and waits until its threads have ended, however long a
   * store may take, unless this thread is interrupted. Idempotent.
   */
  @Override
  public void close() {
    shutdown();
    try {
      boolean ended = false;
      while (!ended) {
        ended = executor.awaitTermination(1, HOURS);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how many ranges run at once, over all batches. */
  public int maxThreads() {
    return maxThreads;
  }

  /** Sets how many ranges run at once. More that are in flight already end in their own time. */
  public void setMaxThreads(int threads) {
    requirePositive("maxThreads", threads);
    synchronized (executor) {
      maxThreads = threads;
      // In the order in which the executor allows it.
      if (threads > executor.getMaximumPoolSize()) {
        executor.setMaximumPoolSize(threads);
        executor.setCorePoolSize(threads);
      } else {
        executor.setCorePoolSize(threads);
        executor.setMaximumPoolSize(threads);
      }
    }
  }

  /** Returns whether a worker of some batch waits for a thread. */
  boolean isContended() {
    return !executor.getQueue().isEmpty();
  }

  RetryPolicy retryPolicy() {
    return retryPolicy;
  }

  long nanoTime() {
    return clock.getAsLong();
  }

  void execute(Runnable worker) {
    executor.execute(worker);
  }

  void schedule(Runnable action, long nanos) {
    timer.runLater(action, nanos);
  }

  void forget(Batch batch) {
    batches.remove(batch);
  }

  /** The JDK's own timer thread; what it runs is short. */
  private static void runLater(Runnable action, long nanos) {
    CompletableFuture.delayedExecutor(nanos, NANOSECONDS, Runnable::run).execute(action);
  }

  /** Inherits neither thread locals nor a class loader from the task that happens to come first. */
  private Thread newThread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(RangeEngine.class.getClassLoader());
    threads.removeIf(old -> old.getState() == Thread.State.TERMINATED);
    threads.add(thread);
    return thread;
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException("Invalid %s: %d (must be > 0)".formatted(name, value));
    }
  }

  /** Runs an action after so many nanoseconds. */
  @FunctionalInterface
  interface Timer {
    void runLater(Runnable action, long nanos);
  }

  private static final class Shared {
    static final RangeEngine ENGINE = new RangeEngine(DEFAULT_SHARED_THREADS);
  }
}
