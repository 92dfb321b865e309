package io.s3dlio.spark.write;

import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import java.util.List;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

/** Builds a write. */
public final class S3dlioWriteBuilder implements WriteBuilder {
  public S3dlioWriteBuilder(
      List<Location> locations, LogicalWriteInfo info, ResolvedOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Write build() {
    throw new UnsupportedOperationException();
  }
}
