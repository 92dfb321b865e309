package io.s3dlio.spark.read;

import io.s3dlio.format.TfRecordReader;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.spark.read.tfrecord.FeatureColumns;
import java.io.IOException;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What a record's columns are, as Spark keeps them. For one thread. */
interface RecordColumns {
  /**
   * Fills values, one for each column in order, that are null so far.
   *
   * @throws io.s3dlio.storage.CorruptException if the record is none of the kind, or does not fit
   *     the columns
   */
  void read(TfRecordReader record, @Nullable Object[] values) throws IOException;

  /**
   * @throws IllegalArgumentException if records of the type cannot fill such columns
   */
  static RecordColumns of(StructType columns, RecordType type) {
    if (type != RecordType.BYTE_ARRAY) {
      return FeatureColumns.of(columns, type)::read;
    }
    if (columns.length() > 1
        || (columns.length() == 1
            && !(columns.apply(0).name().equals(RecordDecoding.BYTES)
                && columns.apply(0).dataType().equals(DataTypes.BinaryType)))) {
      throw new IllegalArgumentException(
          "Invalid schema: %s (recordType=ByteArray gives %s BINARY)"
              .formatted(columns.toDDL(), RecordDecoding.BYTES));
    }
    return (record, values) -> {
      if (values.length > 0) {
        values[0] = bytes(record);
      }
    };
  }

  /** Returns a record's data. */
  static byte[] bytes(TfRecordReader record) {
    byte[] bytes = new byte[record.data().remaining()];
    record.data().get(bytes);
    return bytes;
  }
}
