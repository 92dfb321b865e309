package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.format.TfRecordCompression;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.format.TfRecordSplit;
import io.s3dlio.spark.config.ParseMode;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the TFRecords of a split as rows. */
final class RecordReader implements PartitionReader<InternalRow> {
  private static final Logger LOG = LoggerFactory.getLogger(RecordReader.class);

  private final TaskScope scope;
  private final BatchSource batches;
  private final S3dlioInputPartition split;
  private final ObjectStream stream;
  private final RecordDecoding decoding;
  private final ObjectValues objectValues;
  private final List<String> columns;
  private final StructType features;
  private final RecordColumns featureValues;
  private final ReadMetrics metrics;

  /** Of each column its place among the features; -1 for another. */
  private final int[] places;

  private @Nullable TfRecordReader records;

  /** Of the object whose records come, as one row. */
  private @Nullable RowBatch object;

  private @Nullable InternalRow current;

  /**
   * @param batches the content of the split
   * @param stream reads it
   */
  RecordReader(
      TaskScope scope,
      BatchSource batches,
      S3dlioInputPartition split,
      ObjectStream stream,
      RecordDecoding decoding,
      ReaderConfig config,
      ReadMetrics metrics) {
    this.scope = scope;
    this.batches = batches;
    this.split = split;
    this.stream = stream;
    this.decoding = decoding;
    this.columns = config.columns();
    this.metrics = metrics;
    this.objectValues = new ObjectValues(config);
    // Whether a record is damaged is seen when all of it is looked at.
    boolean all = columns.stream().anyMatch(decoding::isCorruptColumn);
    StructType wanted = new StructType();
    for (StructField feature : decoding.features().fields()) {
      wanted = all || columns.contains(feature.name()) ? wanted.add(feature) : wanted;
    }
    this.features = wanted;
    this.featureValues = RecordColumns.of(features, decoding.type());
    List<String> names = List.of(features.fieldNames());
    this.places = columns.stream().mapToInt(names::indexOf).toArray();
    scope.opened(batches);
  }

  @Override
  public boolean next() throws IOException {
    current = null;
    while (current == null && (records != null || openNext())) {
      current = readNext(requireNonNull(records));
    }
    return current != null;
  }

  private boolean openNext() throws IOException {
    if (!stream.nextObject()) {
      return false;
    }
    int number = stream.object();
    long start = stream.rows().offset(stream.row());
    RowBatch.Builder one = new RowBatch.Builder(split.objects(), Long.MAX_VALUE);
    one.add(number, 0, 0);
    object = one.build();
    ObjectInfo info = split.objects().info(number);
    long end = split.end(number);
    records =
        start == 0 && end == info.length()
            ? TfRecordReader.open(
                stream,
                info,
                TfRecordCompression.detect(stream, info),
                decoding.verifyCrc(),
                TfRecordReader.MAX_LENGTH)
            : new TfRecordReader(
                stream,
                info,
                new TfRecordSplit(start, end),
                decoding.verifyCrc(),
                TfRecordReader.MAX_LENGTH);
    return true;
  }

  /** Returns a row if there is one of the next record, or of what is damaged. */
  private @Nullable InternalRow readNext(TfRecordReader from) throws IOException {
    @Nullable Object[] values = new Object[features.length()];
    try {
      if (!from.next()) {
        closeRecords();
        return null;
      }
      if (features.length() > 0) {
        featureValues.read(from, values);
      }
      return row(from, values, null);
    } catch (CorruptException e) {
      return damaged(from, e);
    }
  }

  private @Nullable InternalRow damaged(TfRecordReader from, CorruptException cause)
      throws CorruptException {
    if (decoding.mode() == ParseMode.FAILFAST) {
      throw cause;
    }
    metrics.corruptRecord();
    boolean framed = from.hasRecord();
    byte[] bytes = framed ? RecordColumns.bytes(from) : new byte[0];
    if (!framed) {
      // Nobody knows where another one begins.
      LOG.warn("Left out all that follows in an object: {}", cause.getMessage());
    }
    InternalRow row =
        decoding.mode() == ParseMode.PERMISSIVE
            ? row(from, new Object[features.length()], bytes)
            : null;
    if (!framed) {
      closeRecords();
    }
    return row;
  }

  private InternalRow row(
      TfRecordReader from, @Nullable Object[] ofFeatures, byte @Nullable [] damagedBytes) {
    @Nullable Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      String column = columns.get(i);
      if (places[i] >= 0) {
        values[i] = ofFeatures[places[i]];
      } else if (decoding.isCorruptColumn(column)) {
        values[i] = damagedBytes;
      } else if (column.equals(ReadSchema.OFFSET)) {
        values[i] = from.offset();
      } else {
        values[i] = objectValues.value(column, requireNonNull(object), 0);
      }
    }
    return new GenericInternalRow(values);
  }

  private void closeRecords() {
    if (records != null) {
      records.close();
      records = null;
    }
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
    current = null;
    closeRecords();
    stream.close();
    scope.close(batches);
  }
}
