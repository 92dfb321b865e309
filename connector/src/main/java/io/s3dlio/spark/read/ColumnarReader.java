package io.s3dlio.spark.read;

import java.io.IOException;
import java.util.Optional;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads a split as Arrow batches.
 *
 * <p>What Spark has and has not freed is bounded: past the limit a batch's content comes on the
 * heap, so that a consumer that frees nothing before the end of the task cannot fill the pool.
 */
final class ColumnarReader implements PartitionReader<ColumnarBatch> {
  private final TaskScope scope;
  private final BatchSource batches;
  private final ArrowBatches arrow;
  private final long deliveredLimit;
  private final ReadMetrics metrics;
  private @Nullable ColumnarBatch current;

  ColumnarReader(TaskScope scope, BatchSource batches, ReaderConfig config, ReadMetrics metrics) {
    this.scope = scope;
    this.batches = batches;
    this.arrow = new ArrowBatches(config, scope.allocator());
    this.deliveredLimit = config.batches().deliveredBytes();
    this.metrics = metrics;
    scope.opened(batches);
  }

  @Override
  public boolean next() throws IOException {
    current = null;
    Optional<LoadedBatch> loaded = batches.next();
    if (loaded.isEmpty()) {
      return false;
    }
    current = deliver(loaded.get());
    return true;
  }

  private ColumnarBatch deliver(LoadedBatch loaded) {
    int bytes = arrow.bytesOf(loaded);
    long unfreed = scope.deliveredBytes();
    if (bytes > 0 && unfreed > 0 && unfreed + bytes > deliveredLimit) {
      metrics.heapBatch();
      ColumnarBatch batch = arrow.onHeap(loaded);
      scope.delivered(batch, 0);
      return batch;
    }
    ColumnarBatch batch = arrow.inArrow(loaded);
    scope.delivered(batch, bytes);
    return batch;
  }

  @Override
  public ColumnarBatch get() {
    if (current == null) {
      throw new IllegalStateException("There is no batch: next() was not called or returned false");
    }
    return current;
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return metrics.values();
  }

  @Override
  public void close() {
    current = null;
    scope.close(batches);
  }
}
