package io.s3dlio.spark.write.encode;

import io.s3dlio.format.NpzArchive;
import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.SampleAxis;
import io.s3dlio.spark.config.WriteOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NPZ archives: an array for each column, with a sample for each row.
 *
 * @param axis which one the samples are; null for what each column's name says
 * @param maxBytes when an archive is full
 */
record NpzFormat(List<EncodedColumn> columns, @Nullable SampleAxis axis, long maxBytes)
    implements ShardFormat {
  /** An archive is in memory until it ends. */
  private static final long DEFAULT_MAX_BYTES = 128L << 20;

  /** DLIO's images, whose samples are the last axis. */
  private static final String OF_DLIO = "x";

  private static final List<OptionKey<?>> TFRECORD_ONLY =
      List.of(WriteOptions.RECORD_TYPE, WriteOptions.COMPRESSION, WriteOptions.CODEC);

  private static final String TYPES =
      "Numbers but DECIMAL, BOOLEAN, STRING, BINARY, arrays of numbers and tensors"
          + " (struct<dtype string, shape array<bigint>, data binary>) become arrays; cast it, or"
          + " leave it out";

  NpzFormat {
    columns = List.copyOf(columns);
  }

  static NpzFormat of(List<EncodedColumn> columns, ResolvedOptions options) {
    for (OptionKey<?> option : TFRECORD_ONLY) {
      options.requireNotSet(option, "it is one of encode=tfrecord");
    }
    if (columns.size() > NpzArchive.MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "Cannot write %d columns as an NPZ archive: it has %d arrays at most"
              .formatted(columns.size(), NpzArchive.MAX_MEMBERS));
    }
    for (EncodedColumn column : columns) {
      if (SampleValues.of(column.type()).isEmpty()) {
        throw ShardFormat.refused(column, "an array", TYPES);
      }
      requireName(column.name());
    }
    return new NpzFormat(
        columns,
        options.value(WriteOptions.SAMPLE_AXIS).orElse(null),
        options.value(WriteOptions.MAX_BYTES_PER_FILE).orElse(DEFAULT_MAX_BYTES));
  }

  /** Archives are unpacked to files of these names. */
  private static void requireName(String name) {
    if (name.isEmpty() || name.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ')) {
      throw new IllegalArgumentException(
          "Cannot write column '%s' as an array: that is no member's name. Rename it"
              .formatted(name));
    }
  }

  private SampleAxis axis(EncodedColumn column) {
    if (axis != null) {
      return axis;
    }
    return column.name().equals(OF_DLIO) ? SampleAxis.LAST : SampleAxis.FIRST;
  }

  @Override
  public String describe() {
    return "rows as npz";
  }

  @Override
  public String extension() {
    return ".npz";
  }

  @Override
  public ShardEncoder encoder() {
    return new NpzEncoder(
        columns.stream()
            .map(
                column ->
                    new ArrayColumn(
                        column, SampleValues.of(column.type()).orElseThrow(), axis(column)))
            .toList(),
        maxBytes);
  }
}
