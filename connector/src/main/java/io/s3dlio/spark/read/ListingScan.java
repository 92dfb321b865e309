package io.s3dlio.spark.read;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.types.StructType;

/**
 * What the listing alone answers: no task reads anything.
 *
 * @param readSchema the aggregates
 * @param row their values
 */
record ListingScan(StructType readSchema, InternalRow row, String description)
    implements LocalScan {
  @Override
  public InternalRow[] rows() {
    return new InternalRow[] {row};
  }
}
