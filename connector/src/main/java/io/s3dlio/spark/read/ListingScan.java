package io.s3dlio.spark.read;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.types.StructType;

/**
 * What the listing alone answers: no task reads anything.
 *
 * @param readSchema the groups' columns and the aggregates
 * @param values a row of each group
 */
record ListingScan(StructType readSchema, List<InternalRow> values, String description)
    implements LocalScan {
  @Override
  public InternalRow[] rows() {
    return values.toArray(new InternalRow[0]);
  }
}
