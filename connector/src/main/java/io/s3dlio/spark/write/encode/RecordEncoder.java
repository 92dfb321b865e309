package io.s3dlio.spark.write.encode;

import io.s3dlio.format.TfExampleWriter;
import org.apache.spark.sql.catalyst.InternalRow;

/** Writes a row as the data of a record. */
interface RecordEncoder {
  /**
   * @param to has a message that was begun
   */
  void write(InternalRow row, TfExampleWriter to) throws InvalidRowException;
}
