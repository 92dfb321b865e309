package io.s3dlio.spark.write.encode;

import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.WriteOptions;
import java.io.Serializable;
import java.util.List;

/** The format of files that many rows become. Planned on the driver; travels to the tasks. */
public sealed interface ShardFormat extends Serializable permits TfRecordFormat, NpzFormat {
  /** Returns what the rows become, for plans. */
  String describe();

  /** Returns what files' names end with. */
  String extension();

  /** Returns what encodes rows, for one thread. */
  ShardEncoder encoder();

  /**
   * Decides how rows of these columns are encoded.
   *
   * @throws IllegalArgumentException if they cannot be, naming the column and what to do
   */
  static ShardFormat of(List<EncodedColumn> columns, ResolvedOptions options) {
    return switch (options.value(WriteOptions.ENCODE)) {
      case TFRECORD -> TfRecordFormat.of(columns, options);
      case NPZ -> NpzFormat.of(columns, options);
      case NONE -> throw new IllegalArgumentException("rows are not encoded");
    };
  }

  /** Returns the failure of a column that cannot be encoded. */
  static IllegalArgumentException refused(EncodedColumn column, String format, String remedy) {
    return new IllegalArgumentException(
        "Cannot write column '%s' as %s: it is %s. %s"
            .formatted(column.name(), format, column.type().sql(), remedy));
  }
}
