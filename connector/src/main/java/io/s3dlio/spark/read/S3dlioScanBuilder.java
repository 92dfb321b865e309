package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import java.util.List;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;

/** Builds a read. */
public final class S3dlioScanBuilder implements ScanBuilder {
  public S3dlioScanBuilder(
      List<Location> locations, StructType givenSchema, ResolvedOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Scan build() {
    throw new UnsupportedOperationException();
  }
}
