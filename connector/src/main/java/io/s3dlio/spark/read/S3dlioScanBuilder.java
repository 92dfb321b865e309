package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ResolvedOptions;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Builds a read. Lists nothing. */
public final class S3dlioScanBuilder implements ScanBuilder, SupportsPushDownRequiredColumns {
  private final Listing listing;
  private final ResolvedOptions options;
  private StructType schema = ReadSchema.TABLE;

  /**
   * @param listing the objects, shared by all reads of one table
   * @param givenSchema the user's schema, or the table's
   * @throws IllegalArgumentException if the given schema is another than the table's
   */
  public S3dlioScanBuilder(Listing listing, StructType givenSchema, ResolvedOptions options) {
    requireOurs(givenSchema);
    this.listing = listing;
    this.options = options;
  }

  /** A row's reference is read whole or not at all. */
  @Override
  public void pruneColumns(StructType requiredSchema) {
    schema = ReadSchema.whole(requiredSchema);
  }

  @Override
  public Scan build() {
    return new S3dlioScan(listing, schema, options, SparkSettings.of(SparkSession.active()));
  }

  private static void requireOurs(StructType given) {
    boolean same = given.length() == ReadSchema.TABLE.length();
    for (int i = 0; same && i < given.length(); i++) {
      StructField field = given.apply(i);
      StructField ours = ReadSchema.TABLE.apply(i);
      same = field.name().equals(ours.name()) && field.dataType().equals(ours.dataType());
    }
    if (!same) {
      throw new IllegalArgumentException(
          "Invalid schema: %s (s3dlio reads %s; leave the schema out)"
              .formatted(given.toDDL(), ReadSchema.TABLE.toDDL()));
    }
  }
}
