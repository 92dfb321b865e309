package io.s3dlio.spark.read;

import io.s3dlio.spark.config.DecodeOptions;
import io.s3dlio.spark.config.ParseMode;
import io.s3dlio.spark.config.RecordSplit;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.spark.config.ResolvedOptions;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A row for each TFRecord.
 *
 * @param columns what records hold, and perhaps the column of damaged ones
 * @param type what the data of records are
 * @param mode what becomes of damaged records
 * @param corruptColumn the column of damaged ones, if there is such
 * @param verifyCrc whether checksums are compared
 * @param split how a large object comes to several splits
 */
record RecordDecoding(
    StructType columns,
    RecordType type,
    ParseMode mode,
    String corruptColumn,
    boolean verifyCrc,
    RecordSplit split)
    implements Decoding {
  /** The column of records as they are: its name is spark-tfrecord's. */
  static final String BYTES = "byteArray";

  private static final StructType AS_THEY_ARE =
      new StructType().add(BYTES, DataTypes.BinaryType, true);

  /**
   * @param columns of features, as they were given or inferred
   * @throws IllegalArgumentException if a record cannot have such columns
   */
  static RecordDecoding of(StructType columns, ResolvedOptions options) {
    RecordType type = options.value(DecodeOptions.RECORD_TYPE);
    ParseMode mode = options.value(DecodeOptions.MODE);
    String corruptColumn = options.value(DecodeOptions.COLUMN_NAME_OF_CORRUPT_RECORD);
    if (mode != ParseMode.PERMISSIVE) {
      options.requireNotSet(
          DecodeOptions.COLUMN_NAME_OF_CORRUPT_RECORD,
          "it is of mode=permissive, which is not set");
    }
    RecordDecoding decoding =
        new RecordDecoding(
            columns,
            type,
            mode,
            corruptColumn,
            options.value(DecodeOptions.VERIFY_CRC).orElse(true),
            options.value(DecodeOptions.SPLIT));
    if (mode == ParseMode.PERMISSIVE
        && decoding.hasCorruptColumn()
        && !columns.apply(corruptColumn).dataType().equals(DataTypes.BinaryType)) {
      throw new IllegalArgumentException(
          "Invalid schema: the column '%s' of damaged records is BINARY, not %s"
              .formatted(corruptColumn, columns.apply(corruptColumn).dataType().sql()));
    }
    RecordColumns.of(decoding.features(), type);
    return decoding;
  }

  /** Returns the columns of records as they are. */
  static StructType asTheyAre(ResolvedOptions options) {
    return withCorruptColumn(AS_THEY_ARE, options);
  }

  /** Returns inferred columns with the one of damaged records, if the mode has that. */
  static StructType withCorruptColumn(StructType columns, ResolvedOptions options) {
    return options.value(DecodeOptions.MODE) == ParseMode.PERMISSIVE
        ? columns.add(
            options.value(DecodeOptions.COLUMN_NAME_OF_CORRUPT_RECORD), DataTypes.BinaryType, true)
        : columns;
  }

  /** Returns whether damaged records are shown. */
  boolean hasCorruptColumn() {
    return mode == ParseMode.PERMISSIVE && columns.getFieldIndex(corruptColumn).isDefined();
  }

  /** Returns whether a column is the one of damaged records. */
  boolean isCorruptColumn(String column) {
    return hasCorruptColumn() && column.equals(corruptColumn);
  }

  /** Returns the columns that records fill. */
  StructType features() {
    StructType features = new StructType();
    for (StructField column : columns.fields()) {
      features = isCorruptColumn(column.name()) ? features : features.add(column);
    }
    return features;
  }

  @Override
  public MetadataColumn[] hidden() {
    return hiddenColumns();
  }

  static MetadataColumn[] hiddenColumns() {
    return ReadSchema.hidden(
        ReadSchema.PATH,
        ReadSchema.MODIFICATION_TIME,
        ReadSchema.LENGTH,
        ReadSchema.OFFSET,
        ReadSchema.ETAG,
        ReadSchema.METADATA,
        ReadSchema.PARENT);
  }

  @Override
  public boolean isRead(String column) {
    return columns.getFieldIndex(column).isDefined() || column.equals(ReadSchema.OFFSET);
  }

  @Override
  public boolean looksInside() {
    return true;
  }
}
