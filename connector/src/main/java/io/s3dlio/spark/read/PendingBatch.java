package io.s3dlio.spark.read;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.range.BatchRead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A batch whose content is on its way. */
final class PendingBatch {
  private final RowBatch rows;
  private final @Nullable BufferLease memory;
  private final @Nullable BatchRead read;

  private PendingBatch(RowBatch rows, @Nullable BufferLease memory, @Nullable BatchRead read) {
    this.rows = rows;
    this.memory = memory;
    this.read = read;
  }

  /** Returns a batch without a byte of content. */
  static PendingBatch empty(RowBatch rows) {
    return new PendingBatch(rows, null, null);
  }

  /**
   * Starts to read.
   *
   * @param memory takes the content; is this batch's from now on
   * @param submit starts the requests
   */
  static PendingBatch start(
      RowBatch rows, BufferLease memory, Function<List<ReadRequest>, BatchRead> submit) {
    boolean started = false;
    try {
      BatchRead read = submit.apply(requests(rows, memory.buffer()));
      started = true;
      return new PendingBatch(rows, memory, read);
    } finally {
      if (!started) {
        memory.close();
      }
    }
  }

  /** One request for each run of rows that lie side by side in one object. */
  private static List<ReadRequest> requests(RowBatch rows, ByteBuffer memory) {
    List<ReadRequest> requests = new ArrayList<>(rows.rows());
    int row = 0;
    while (row < rows.rows()) {
      int first = row++;
      while (row < rows.rows() && rows.object(row) == rows.object(first)) {
        row++;
      }
      int start = rows.start(first);
      int size = rows.end(row - 1) - start;
      if (size > 0) {
        requests.add(
            new ReadRequest(
                rows.objects().location(rows.object(first)),
                rows.objects().etag(rows.object(first)),
                rows.offset(first),
                memory.slice(start, size),
                rows.offset(first) == 0 && size == rows.objects().length(rows.object(first))));
      }
    }
    return requests;
  }

  RowBatch rows() {
    return rows;
  }

  /**
   * Waits for the content. After a failure the memory is given back, once nothing writes to it any
   * more.
   *
   * @param limit how long, if that is limited
   */
  LoadedBatch await(ReadMetrics metrics, Optional<Duration> limit) throws IOException {
    if (read == null) {
      return new LoadedBatch(rows, memory);
    }
    long start = System.nanoTime();
    boolean arrived = false;
    try {
      await(read, limit);
      if (memory != null && rows.objects().hasSums()) {
        requireSums(rows, memory.buffer());
      }
      arrived = true;
      return new LoadedBatch(rows, memory);
    } finally {
      metrics.waited(System.nanoTime() - start);
      metrics.read(read.stats());
      if (!arrived) {
        discard();
      }
    }
  }

  private void await(BatchRead content, Optional<Duration> limit) throws IOException {
    if (limit.isEmpty()) {
      content.await();
    } else if (!content.await(limit.get())) {
      Location first = rows.objects().location(rows.object(0));
      throw new StorageTimeoutException(
          Failure.of(
                  "read",
                  first,
                  "the batch of %d rows that begins with it took longer than %d ms"
                      .formatted(rows.rows(), limit.get().toMillis()))
              .withRemedy("Raise pool.batchTimeout, or read smaller batches"));
    }
  }

  /** A part of an object has no sum of its own. */
  private static void requireSums(RowBatch rows, ByteBuffer memory) throws CorruptException {
    ObjectTable objects = rows.objects();
    for (int row = 0; row < rows.rows(); row++) {
      int object = rows.object(row);
      if (rows.offset(row) == 0 && rows.size(row) == objects.length(object)) {
        CRC32C sum = new CRC32C();
        sum.update(memory.slice(rows.start(row), rows.size(row)));
        if ((int) sum.getValue() != objects.sum(object)) {
          throw new CorruptException(
              Failure.of(
                      "read",
                      objects.location(object),
                      "it has the CRC-32C %08x, and %08x was saved"
                          .formatted((int) sum.getValue(), objects.sum(object)))
                  .withRemedy("Load another checkpoint"));
        }
      }
    }
  }

  /** Stops the read and gives the memory back once nothing writes to it any more. */
  void discard() {
    if (read != null && memory != null) {
      read.cancel();
      read.whenDrained(memory::close);
    }
  }
}
