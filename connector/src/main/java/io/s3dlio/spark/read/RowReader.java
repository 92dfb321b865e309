package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** Reads a split as rows whose content the garbage collector owns: one copy from the batch. */
final class RowReader implements PartitionReader<InternalRow> {
  private final TaskScope scope;
  private final BatchSource batches;
  private final List<String> columns;
  private final int batchRows;
  private final ObjectValues objects;
  private final ReadMetrics metrics;
  private @Nullable LoadedBatch batch;
  private @Nullable InternalRow current;
  private int row;

  RowReader(TaskScope scope, BatchSource batches, ReaderConfig config, ReadMetrics metrics) {
    this.scope = scope;
    this.batches = batches;
    this.columns = config.columns();
    this.batchRows = config.batches().rows();
    this.objects = new ObjectValues(config);
    this.metrics = metrics;
    scope.opened(batches);
  }

  @Override
  public boolean next() throws IOException {
    current = null;
    row++;
    if (batch == null || row == batch.rows().rows()) {
      releaseBatch();
      batch = batches.next().orElse(null);
      row = 0;
    }
    if (batch == null) {
      return false;
    }
    current = row(batch);
    if (row == batch.rows().rows() - 1) {
      batch.close();
    }
    return true;
  }

  private InternalRow row(LoadedBatch from) {
    @Nullable Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(columns.get(i), from);
    }
    return new GenericInternalRow(values);
  }

  private @Nullable Object value(String column, LoadedBatch from) {
    RowBatch rows = from.rows();
    return switch (column) {
      case ReadSchema.BATCH -> rows.number(row) / batchRows;
      case ReadSchema.CONTENT -> from.copy(row);
      case ReadSchema.CONTENT_REF -> ContentRef.row(from, row);
      default ->
          from.hasArrays() && ArrayDecoding.isColumn(column)
              ? value(column, from, from.arrays().get(row))
              : objects.value(column, rows, row);
    };
  }

  private @Nullable Object value(String column, LoadedBatch from, ArrayRow array) {
    return switch (column) {
      case ArrayDecoding.NAME -> UTF8String.fromString(array.name());
      case ArrayDecoding.DTYPE -> UTF8String.fromString(array.dtype());
      case ArrayDecoding.SHAPE ->
          new GenericArrayData(array.shape().stream().mapToLong(Long::longValue).toArray());
      case ArrayDecoding.DATA -> from.copy(row);
      case ArrayDecoding.INDEX -> array.index();
      default -> objects.value(column, from.rows(), row);
    };
  }

  @Override
  public InternalRow get() {
    return requireNonNull(current, "There is no row: next() was not called or returned false");
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return metrics.values();
  }

  @Override
  public void close() {
    releaseBatch();
    scope.close(batches);
  }

  private void releaseBatch() {
    current = null;
    if (batch != null) {
      batch.close();
      batch = null;
    }
  }
}
