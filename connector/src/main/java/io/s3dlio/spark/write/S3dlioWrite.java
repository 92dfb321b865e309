package io.s3dlio.spark.write;

import io.s3dlio.spark.config.ResolvedOptions;
import java.time.Clock;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.Write;

/** A planned write. */
final class S3dlioWrite implements Write {
  private final WriteJob job;
  private final RowShape rows;
  private final boolean overwrite;
  private final ResolvedOptions options;

  S3dlioWrite(WriteJob job, RowShape rows, boolean overwrite, ResolvedOptions options) {
    this.job = job;
    this.rows = rows;
    this.overwrite = overwrite;
    this.options = options;
  }

  @Override
  public String description() {
    return "s3dlio %s of %s to %s [%s]"
        .formatted(
            overwrite ? "overwrite" : "append", rows.describe(), job.prefix(), options.describe());
  }

  @Override
  public BatchWrite toBatch() {
    if (overwrite) {
      ReadsOfQuery.requireApartFrom(job.prefix());
    }
    return new S3dlioBatchWrite(
        job,
        rows,
        new JobCommitter(job, options.explicit(), overwrite, rows::mayName, Clock.systemUTC()));
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return WriteMetrics.supported();
  }
}
