package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.spark.read.ArrayDecoding.Part;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the arrays of a split's objects. Other threads look at objects ahead of the batch that is
 * asked for, and batches are read ahead within the memory that there is; the one that is asked for
 * gets its own at once.
 */
final class ArrayBatchReader implements BatchSource {
  private static final Logger LOG = LoggerFactory.getLogger(ArrayBatchReader.class);

  /** Up to how many bytes an object is read whole: about what one request is worth. */
  private static final long HELD_BYTES = 1 << 20;

  /** How many objects, and how many bytes, are read whole together. */
  private static final int MOST_TOGETHER = 32;

  private static final long MOST_BYTES_TOGETHER = 4 << 20;

  private final ObjectTable objects;
  private final RowCursor rows;
  private final ArrayDecoding decoding;
  private final boolean data;
  private final BatchLimits limits;
  private final ObjectReader reader;
  private final EngineReader inside;
  private final RangeEngineConfig ranges;
  private final BatchMemory memory;
  private final ReadMetrics metrics;
  private final LongSupplier deliveredBytes;
  private final CancellationToken token = new CancellationToken();
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
  private final Deque<Opening> opening = new ArrayDeque<>();
  private final Deque<PendingArrays> pending = new ArrayDeque<>();
  private boolean more;

  /** The object whose rows come next, and where in it they do. */
  private @Nullable DecodedObject current;

  private int place;
  private long sample;

  private ArrayBatch.Builder building;
  private @Nullable ArrayBatch planned;
  private @Nullable PendingArrays awaited;

  /** Objects that another thread looks at. */
  private record Opening(List<Integer> numbers, CompletableFuture<List<DecodedObject>> objects) {}

  /** Objects that were looked at and come next. */
  private final Deque<DecodedObject> opened = new ArrayDeque<>();

  /**
   * @param data whether anybody asks for data
   * @param memory gives batches theirs
   * @param deliveredBytes tells what Spark still has of this task's batches
   */
  ArrayBatchReader(
      S3dlioInputPartition split,
      ArrayDecoding decoding,
      boolean data,
      BatchLimits limits,
      ObjectStore store,
      RangeEngineConfig ranges,
      BatchMemory memory,
      ReadMetrics metrics,
      LongSupplier deliveredBytes) {
    this.objects = split.objects();
    this.rows = split.rows();
    this.decoding = decoding;
    this.data = data;
    this.limits = limits;
    this.reader = store.reader();
    this.inside = new EngineReader(reader, ranges, limits.batchConcurrency(), token);
    this.ranges = ranges;
    this.memory = memory;
    this.metrics = metrics;
    this.deliveredBytes = deliveredBytes;
    this.building = new ArrayBatch.Builder(objects, data);
    this.more = rows.next();
  }

  @Override
  public Optional<LoadedBatch> next() throws IOException {
    boolean done = false;
    try {
      Optional<LoadedBatch> batch = batch();
      done = true;
      return batch;
    } catch (NotFoundException e) {
      throw BatchReader.vanished(e);
    } finally {
      metrics.read(inside.takeStats());
      metrics.checked(reader.checks());
      if (!done) {
        close();
      }
    }
  }

  private Optional<LoadedBatch> batch() throws IOException {
    if (pending.isEmpty() && plan(true)) {
      int bytes = plannedBytes();
      pending.add(start(bytes == 0 ? null : memory.acquire(bytes)));
    }
    PendingArrays batch = pending.poll();
    if (batch == null) {
      return Optional.empty();
    }
    awaited = batch;
    readAhead(batch.bytes());
    LoadedBatch loaded = batch.await(cancelled, metrics);
    awaited = null;
    metrics.delivered(loaded.rows().bytes());
    return Optional.of(loaded);
  }

  private int plannedBytes() {
    return requireNonNull(planned).rows().bytes();
  }

  private PendingArrays start(@Nullable BufferLease into) {
    ArrayBatch batch = requireNonNull(planned);
    planned = null;
    return into == null
        ? PendingArrays.empty(batch)
        : PendingArrays.start(
            batch,
            into,
            requests ->
                RangeEngine.shared()
                    .submit(reader, requests, ranges, limits.batchConcurrency(), token));
  }

  /**
   * @param waitingFor the bytes of the batch that the task waits for
   */
  private void readAhead(long waitingFor) throws IOException {
    long ahead = pending.stream().mapToLong(PendingArrays::bytes).sum();
    long others = deliveredBytes.getAsLong() + waitingFor;
    while (pending.size() + 1 < limits.batchesInFlight() && plan(false)) {
      int bytes = plannedBytes();
      boolean within =
          (pending.isEmpty() || ahead + bytes <= limits.readAheadBytes())
              && others + ahead + bytes <= limits.prefetchBytes();
      Optional<BufferLease> lease =
          within && bytes > 0 ? memory.tryAcquire(bytes) : Optional.empty();
      if (!within || (bytes > 0 && lease.isEmpty())) {
        break;
      }
      pending.add(start(lease.orElse(null)));
      ahead += bytes;
    }
    metrics.memory(others + ahead);
  }

  /**
   * Plans another batch, unless there is a planned one.
   *
   * @param wait whether to wait for objects that are still looked at
   * @return whether there is one
   */
  private boolean plan(boolean wait) throws IOException {
    while (planned == null) {
      if (current == null && !takeObject(wait)) {
        if (!opening.isEmpty() || building.rows() == 0) {
          return false;
        }
        finishBatch();
      } else if (!addRows(requireNonNull(current))) {
        finishBatch();
      }
    }
    return true;
  }

  private void finishBatch() {
    planned = building.build();
    building = new ArrayBatch.Builder(objects, data);
  }

  /** Returns false if the batch has no room for another row. */
  private boolean addRows(DecodedObject object) throws StorageException {
    if (place == object.parts().size()) {
      building.ended(object);
      metrics.objects(1);
      current = null;
      return true;
    }
    Part part = object.parts().get(place);
    long length = data ? part.samples().sampleLength() : 0;
    if (length > S3dlioBatch.MAX_ROW_BYTES) {
      throw ArrayDecoding.tooLarge(objects.location(object.number()), part);
    }
    long room = (long) BatchLimits.MAX_ROWS - building.rows();
    if (length > 0) {
      long byBytes = (limits.maxBatchBytes() - building.bytes()) / length;
      // A row that alone is larger than a batch leaves less than nothing.
      room = Math.min(room, Math.max(building.rows() == 0 ? 1 : 0, byBytes));
    }
    long count = Math.min(room, part.samples().samples() - sample);
    building.add(object, place, sample, count, decoding.rowPerSample());
    sample += count;
    if (sample == part.samples().samples()) {
      place++;
      sample = 0;
      return true;
    }
    return false;
  }

  /** Returns false if there is none, or none yet. */
  private boolean takeObject(boolean wait) throws IOException {
    while (opened.isEmpty()) {
      openAhead();
      Opening next = opening.peek();
      if (next == null || !(wait || next.objects().isDone())) {
        return false;
      }
      try {
        // Stays in the queue until it is taken, so that it is closed if waiting fails.
        opened.addAll(PendingArrays.result(next.objects(), cancelled));
        opening.remove();
      } catch (NotFoundException e) {
        if (!limits.ignoreMissing()) {
          throw e;
        }
        opening.remove();
        openExisting(next.numbers());
      }
    }
    current = opened.remove();
    place = 0;
    sample = 0;
    return true;
  }

  /** Opens objects of which some are gone, one by one. */
  private void openExisting(List<Integer> numbers) throws IOException {
    for (int number : numbers) {
      try {
        opened.add(PendingArrays.result(open(List.of(number)).objects(), cancelled).get(0));
      } catch (NotFoundException e) {
        LOG.warn("Left out {}, which is gone", objects.location(number));
        metrics.missing(1);
      }
    }
  }

  private void openAhead() {
    while (more && opening.size() < mostOpening()) {
      List<Integer> numbers = new ArrayList<>();
      long bytes = 0;
      do {
        numbers.add(rows.object());
        bytes += objects.length(rows.object());
        more = rows.next();
      } while (more
          && isHeld(numbers.get(0))
          && isHeld(rows.object())
          && numbers.size() < MOST_TOGETHER
          && bytes + objects.length(rows.object()) <= MOST_BYTES_TOGETHER);
      opening.add(open(numbers));
    }
  }

  /** Those that are held take memory. */
  private int mostOpening() {
    return isHeld(rows.object()) ? limits.batchesInFlight() + 1 : limits.maxConcurrency();
  }

  private boolean isHeld(int number) {
    long length = objects.length(number);
    return data && length > 0 && length <= HELD_BYTES;
  }

  private Opening open(List<Integer> numbers) {
    List<ObjectInfo> infos = numbers.stream().map(objects::info).toList();
    boolean whole = isHeld(numbers.get(0));
    return new Opening(
        numbers,
        DecodeThreads.submit(
            () ->
                whole
                    ? DecodedObject.openWhole(numbers, infos, decoding, inside)
                    : List.of(DecodedObject.open(numbers.get(0), infos.get(0), decoding, inside))));
  }

  @Override
  public void cancel() {
    token.cancel();
    cancelled.complete(null);
  }

  @Override
  public void close() {
    more = false;
    token.cancel();
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (Opening object : opening) {
      ends.add(object.objects().thenAccept(all -> all.forEach(DecodedObject::close)));
    }
    opening.clear();
    if (awaited != null) {
      pending.add(awaited);
      awaited = null;
    }
    pending.forEach(batch -> ends.add(batch.discard()));
    pending.clear();
    List<DecodedObject> unopened = List.copyOf(opened);
    opened.clear();
    ArrayBatch left = building.build();
    ArrayBatch unstarted = planned;
    DecodedObject unfinished = current;
    planned = null;
    current = null;
    building = new ArrayBatch.Builder(objects, data);
    // Batches that are under way may use an object that goes on behind them.
    CompletableFuture<?> unused =
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
            .whenComplete(
                (done, failure) -> {
                  unopened.forEach(DecodedObject::close);
                  left.close();
                  if (unstarted != null) {
                    unstarted.close();
                  }
                  if (unfinished != null) {
                    unfinished.close();
                  }
                });
  }
}
