package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.spark.config.ConcurrencyBudget;
import io.s3dlio.spark.config.MemoryBudget;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.range.RangeEngineConfig;
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
    if (config.decoding() instanceof RecordDecoding records) {
      return records((S3dlioInputPartition) partition, scope, records, metrics);
    }
    return new RowReader(scope, open(partition, scope, metrics), config, metrics);
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    TaskScope scope = TaskScope.current();
    ReadMetrics metrics = scope.metricsOf(config);
    return new ColumnarReader(scope, open(partition, scope, metrics), config, metrics);
  }

  private BatchSource open(InputPartition partition, TaskScope scope, ReadMetrics metrics) {
    S3dlioInputPartition split = (S3dlioInputPartition) partition;
    return config.decoding() instanceof ArrayDecoding arrays
        ? arrays(split, scope, arrays, metrics)
        : content(split, config.reads(split.objects().prefix()), scope, metrics);
  }

  private BatchSource content(
      S3dlioInputPartition split, boolean reads, TaskScope scope, ReadMetrics metrics) {
    Location prefix = split.objects().prefix();
    return new BatchReader(
        new BatchPlanner(split, reads, config.batches()),
        config.batches(),
        store(prefix),
        ranges(prefix),
        new BatchMemory(config.refersToMemory(prefix), scope, metrics),
        metrics,
        scope::deliveredBytes);
  }

  private BatchSource arrays(
      S3dlioInputPartition split, TaskScope scope, ArrayDecoding arrays, ReadMetrics metrics) {
    Location prefix = split.objects().prefix();
    return new ArrayBatchReader(
        split,
        arrays,
        config.columns().contains(ArrayDecoding.DATA),
        config.batches(),
        store(prefix),
        ranges(prefix),
        new BatchMemory(false, scope, metrics),
        metrics,
        scope::deliveredBytes);
  }

  private RecordReader records(
      S3dlioInputPartition split, TaskScope scope, RecordDecoding records, ReadMetrics metrics) {
    Location prefix = split.objects().prefix();
    S3dlioInputPartition chunks = split.inChunks(config.batches().maxBatchBytes());
    BatchSource batches = content(chunks, true, scope, metrics);
    EngineReader elsewhere =
        new EngineReader(
            store(prefix).reader(),
            ranges(prefix),
            config.batches().batchConcurrency(),
            new CancellationToken());
    return new RecordReader(
        scope, batches, split, new ObjectStream(batches, elsewhere), records, config, metrics);
  }

  private ObjectStore store(Location prefix) {
    MemoryBudget.applyToThisJvm();
    ConcurrencyBudget.applyToThisJvm();
    return Stores.open(prefix, config.store());
  }

  private RangeEngineConfig ranges(Location prefix) {
    return requireNonNull(config.ranges().get(prefix.scheme()));
  }

  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return columnar;
  }
}
