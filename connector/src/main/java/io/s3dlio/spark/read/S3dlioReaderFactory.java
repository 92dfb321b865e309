package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.spark.config.ConcurrencyBudget;
import io.s3dlio.spark.config.MemoryBudget;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Opens readers on executors.
 *
 * @param config the read
 * @param columnar whether Spark gets batches, or else rows
 */
record S3dlioReaderFactory(ReaderConfig config, boolean columnar)
    implements PartitionReaderFactory {
  private static final long serialVersionUID = 1L;

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    TaskScope scope = TaskScope.current();
    ReadMetrics metrics = scope.metricsOf(config);
    return new RowReader(scope, open(partition, scope, metrics), config, metrics);
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    TaskScope scope = TaskScope.current();
    ReadMetrics metrics = scope.metricsOf(config);
    return new ColumnarReader(scope, open(partition, scope, metrics), config, metrics);
  }

  private BatchSource open(InputPartition partition, TaskScope scope, ReadMetrics metrics) {
    MemoryBudget.applyToThisJvm();
    ConcurrencyBudget.applyToThisJvm();
    S3dlioInputPartition split = (S3dlioInputPartition) partition;
    Location prefix = split.objects().prefix();
    ObjectStore store = Stores.open(prefix, config.store());
    if (config.decoding() instanceof ArrayDecoding arrays) {
      return new ArrayBatchReader(
          split,
          arrays,
          config.columns().contains(ArrayDecoding.DATA),
          config.batches(),
          store,
          requireNonNull(config.ranges().get(prefix.scheme())),
          new BatchMemory(false, scope, metrics),
          metrics,
          scope::deliveredBytes);
    }
    return new BatchReader(
        new BatchPlanner(split, config.reads(prefix), config.batches()),
        config.batches(),
        store,
        requireNonNull(config.ranges().get(prefix.scheme())),
        new BatchMemory(config.refersToMemory(prefix), scope, metrics),
        metrics,
        scope::deliveredBytes);
  }

  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return columnar;
  }
}
