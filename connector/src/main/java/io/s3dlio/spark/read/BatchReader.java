package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a split batch by batch, some batches ahead of the one that is asked for. For one thread.
 *
 * <p>The batch that is asked for gets its memory at once, over the pool's budget if need be. Only
 * reading ahead keeps within the budget, and it never waits: it is done or left.
 */
final class BatchReader implements BatchSource {
  private static final Logger LOG = LoggerFactory.getLogger(BatchReader.class);

  private final BatchPlanner plan;
  private final BatchLimits limits;
  private final ObjectStore store;
  private final ObjectReader reader;
  private final RangeEngineConfig ranges;
  private final ReadMetrics metrics;
  private final LongSupplier deliveredBytes;
  private final BatchMemory memory;
  private final RangeEngine engine = RangeEngine.shared();
  private final CancellationToken token = new CancellationToken();
  private final Deque<PendingBatch> pending = new ArrayDeque<>();
  private @Nullable RowBatch planned;

  /**
   * @param memory gives batches theirs
   * @param deliveredBytes tells what Spark still has of this task's batches
   */
  BatchReader(
      BatchPlanner plan,
      BatchLimits limits,
      ObjectStore store,
      RangeEngineConfig ranges,
      BatchMemory memory,
      ReadMetrics metrics,
      LongSupplier deliveredBytes) {
    this.plan = plan;
    this.limits = limits;
    this.store = store;
    this.reader = store.reader();
    this.ranges = ranges;
    this.memory = memory;
    this.metrics = metrics;
    this.deliveredBytes = deliveredBytes;
    this.planned = plan.next().orElse(null);
  }

  @Override
  public Optional<LoadedBatch> next() throws IOException {
    while (planned != null || !pending.isEmpty()) {
      PendingBatch batch = pending.isEmpty() ? startPlanned() : pending.remove();
      readAhead(batch.rows().bytes());
      LoadedBatch loaded = await(batch);
      if (loaded.rows().rows() > 0) {
        metrics.batch(loaded.rows());
        return Optional.of(loaded);
      }
    }
    return Optional.empty();
  }

  @Override
  public void cancel() {
    token.cancel();
  }

  @Override
  public void close() {
    planned = null;
    token.cancel();
    pending.forEach(PendingBatch::discard);
    pending.clear();
  }

  private PendingBatch startPlanned() throws IOException {
    RowBatch rows = takePlanned();
    return rows.bytes() == 0 ? PendingBatch.empty(rows) : start(rows, memory.acquire(rows.bytes()));
  }

  private RowBatch takePlanned() {
    RowBatch rows = requireNonNull(planned);
    planned = plan.next().orElse(null);
    return rows;
  }

  private PendingBatch start(RowBatch rows, BufferLease into) {
    return PendingBatch.start(
        rows,
        into,
        requests -> engine.submit(reader, requests, ranges, limits.batchConcurrency(), token));
  }

  /**
   * @param waitingFor the bytes of the batch that the task waits for
   */
  private void readAhead(long waitingFor) throws IOException {
    long ahead = pending.stream().mapToLong(batch -> batch.rows().bytes()).sum();
    long others = deliveredBytes.getAsLong() + waitingFor;
    while (planned != null && pending.size() + 1 < limits.batchesInFlight()) {
      long more = ahead + planned.bytes();
      boolean within =
          (pending.isEmpty() || more <= limits.readAheadBytes())
              && others + more <= limits.prefetchBytes();
      Optional<PendingBatch> batch = within ? tryStartPlanned() : Optional.empty();
      if (batch.isEmpty()) {
        break;
      }
      pending.add(batch.get());
      ahead = more;
    }
    metrics.memory(others + ahead);
  }

  private Optional<PendingBatch> tryStartPlanned() throws IOException {
    int bytes = requireNonNull(planned).bytes();
    if (bytes == 0) {
      return Optional.of(PendingBatch.empty(takePlanned()));
    }
    return memory.tryAcquire(bytes).map(lease -> start(takePlanned(), lease));
  }

  private LoadedBatch await(PendingBatch batch) throws IOException {
    boolean done = false;
    try {
      LoadedBatch loaded = awaitExisting(batch);
      metrics.checked(reader.checks());
      done = true;
      return loaded;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private LoadedBatch awaitExisting(PendingBatch batch) throws IOException {
    PendingBatch attempt = batch;
    while (true) {
      try {
        return attempt.await(metrics, limits.timeout());
      } catch (NotFoundException e) {
        if (!limits.ignoreMissing()) {
          throw vanished(e);
        }
        RowBatch rest = withoutMissing(attempt.rows(), e);
        attempt =
            rest.bytes() == 0
                ? PendingBatch.empty(rest)
                : start(rest, memory.acquire(rest.bytes()));
      }
    }
  }

  /** Returns what becomes of an object's not being there any more. */
  static NotFoundException vanished(NotFoundException e) {
    return new NotFoundException(
        e.failure()
            .withRemedy(
                "It was there when the read was planned. Run the query again, or set the option"
                    + " ignoreMissingFiles"),
        e);
  }

  /** Asks the store which objects of a batch are gone; the one that the read missed is. */
  private RowBatch withoutMissing(RowBatch rows, NotFoundException failure) throws IOException {
    BitSet missing = new BitSet();
    for (int row = 0; row < rows.rows(); row++) {
      int object = rows.object(row);
      boolean asked = row > 0 && rows.object(row - 1) == object;
      if (rows.size(row) > 0 && !asked) {
        Location location = rows.objects().location(object);
        if (location.equals(failure.failure().location()) || !store.exists(location)) {
          missing.set(object);
        }
      }
    }
    if (missing.isEmpty()) {
      throw failure;
    }
    LOG.warn(
        "Left out {} objects that are gone, the first one {}",
        missing.cardinality(),
        rows.objects().location(missing.nextSetBit(0)));
    metrics.missing(missing.cardinality());
    return rows.without(missing::get);
  }
}
