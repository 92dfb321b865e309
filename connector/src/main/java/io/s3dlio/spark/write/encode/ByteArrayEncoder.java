package io.s3dlio.spark.write.encode;

import io.s3dlio.format.TfExampleWriter;
import org.apache.spark.sql.catalyst.InternalRow;

/** Writes the bytes of a column as they are. */
record ByteArrayEncoder(EncodedColumn column) implements RecordEncoder {
  @Override
  public void write(InternalRow row, TfExampleWriter to) throws InvalidRowException {
    if (row.isNullAt(column.ordinal())) {
      throw new InvalidRowException(column.name(), "is null, and there is no record without data");
    }
    to.raw(row.getBinary(column.ordinal()));
  }
}
