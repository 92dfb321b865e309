package io.s3dlio.spark.write;

import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.PayloadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.spark.write.encode.EncodedColumn;
import io.s3dlio.spark.write.encode.ShardFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Rows that become files of many each, whatever their columns.
 *
 * @param maxRows how many rows a file has at most
 */
record EncodedRows(ShardFormat format, ShardNames names, PartitionDirectory directory, long maxRows)
    implements RowShape {
  private static final List<OptionKey<?>> MEANINGLESS =
      List.of(
          WriteOptions.OBJECT_TYPE,
          WriteOptions.RECORDS_PER_OBJECT,
          WriteOptions.TFRECORD_INDEX,
          WriteOptions.LAYOUT,
          PayloadOptions.DEDUPE,
          PayloadOptions.COMPRESS,
          WriteOptions.OBJECT_SIZE,
          WriteOptions.OBJECT_NAME,
          WriteOptions.OBJECT_COUNT,
          WriteOptions.SEED,
          WriteOptions.ON_EXISTING);

  private static final List<OptionKey<?>> ENCODING_ONLY =
      List.of(
          WriteOptions.RECORD_TYPE,
          WriteOptions.CODEC,
          WriteOptions.MAX_RECORDS_PER_FILE,
          WriteOptions.MAX_BYTES_PER_FILE,
          WriteOptions.SAMPLE_AXIS);

  /**
   * @param partitionColumns what directories are made of, in this order
   */
  static EncodedRows of(
      StructType schema, List<String> partitionColumns, String jobId, ResolvedOptions options) {
    for (OptionKey<?> option : MEANINGLESS) {
      options.requireNotSet(
          option, "it means nothing with encode, whose files have names of the job's own");
    }
    Set<String> directories =
        partitionColumns.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    Columns byName = new Columns(schema);
    List<Column> partitions = partitionColumns.stream().map(byName::require).toList();
    List<EncodedColumn> columns = new ArrayList<>();
    StructField[] fields = schema.fields();
    for (int i = 0; i < fields.length; i++) {
      if (!directories.contains(fields[i].name().toLowerCase(Locale.ROOT))) {
        columns.add(new EncodedColumn(fields[i].name(), i, fields[i].dataType()));
      }
    }
    if (columns.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot write rows: there is no column beside those of partitionBy");
    }
    ShardFormat format = ShardFormat.of(columns, options);
    long maxRows = options.value(WriteOptions.MAX_RECORDS_PER_FILE);
    return new EncodedRows(
        format,
        new ShardNames(jobId, format.extension()),
        new PartitionDirectory(partitions),
        maxRows == 0 ? Long.MAX_VALUE : maxRows);
  }

  /** Refuses the options of encoded rows for others. */
  static void requireNoneOf(ResolvedOptions options) {
    for (OptionKey<?> option : ENCODING_ONLY) {
      options.requireNotSet(option, "it means something with encode alone");
    }
  }

  @Override
  public String describe() {
    return format.describe();
  }

  @Override
  public boolean mayName(String name) {
    return names.matches(name);
  }

  @Override
  public boolean ownsNames() {
    return true;
  }

  @Override
  public List<String> sortedBy() {
    return directory.columns().stream().map(Column::name).toList();
  }
}
