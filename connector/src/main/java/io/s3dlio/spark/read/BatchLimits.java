package io.s3dlio.spark.read;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * How much one task reads at once.
 *
 * @param maxBatchBytes a batch ends at this many bytes; a row that alone is larger is a batch
 * @param prefetch how many batches are read ahead
 * @param prefetchBytes how much memory a task may hold and still read ahead
 * @param deliveredBytes how much Arrow memory Spark may have of a task before it gets memory of the
 *     garbage collector's instead
 * @param maxConcurrency how many ranges a task has in flight
 * @param ignoreMissing whether objects that are gone are left out
 * @param rows how many rows a batch has, whatever their bytes; 0 where bytes decide
 * @param timeoutMillis how long a task waits for a batch; 0 for as long as it takes
 */
record BatchLimits(
    long maxBatchBytes,
    int prefetch,
    long prefetchBytes,
    long deliveredBytes,
    int maxConcurrency,
    boolean ignoreMissing,
    int rows,
    long timeoutMillis)
    implements Serializable {
  /** The most rows of a batch where bytes decide. */
  static final int MAX_ROWS = 4096;

  /** Returns how long a task waits for a batch, if that is limited. */
  Optional<Duration> timeout() {
    return timeoutMillis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(timeoutMillis));
  }

  /** Returns how many batches may be in flight: each has one range at least. */
  int batchesInFlight() {
    return Math.min(prefetch + 1, maxConcurrency);
  }

  /** Returns how many bytes more than one batch may be read ahead: batches of the usual size. */
  long readAheadBytes() {
    return prefetch * maxBatchBytes;
  }

  /** Returns how many ranges of one batch may be in flight. */
  int batchConcurrency() {
    return maxConcurrency / batchesInFlight();
  }
}
