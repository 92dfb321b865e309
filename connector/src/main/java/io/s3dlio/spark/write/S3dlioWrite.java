package io.s3dlio.spark.write;

import io.s3dlio.spark.config.ResolvedOptions;
import java.time.Clock;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.SortDirection;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.RequiresDistributionAndOrdering;

/** A planned write. */
final class S3dlioWrite implements RequiresDistributionAndOrdering {
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
  public Distribution requiredDistribution() {
    return Distributions.unspecified();
  }

  /** Rows of a directory come together, so that each task has one file open. */
  @Override
  public SortOrder[] requiredOrdering() {
    return rows.sortedBy().stream()
        .map(name -> Expressions.column("`" + name.replace("`", "``") + "`"))
        .map(column -> Expressions.sort(column, SortDirection.ASCENDING))
        .toArray(SortOrder[]::new);
  }

  @Override
  public BatchWrite toBatch() {
    if (overwrite) {
      ReadsOfQuery.requireApartFrom(job.prefix());
    }
    if (rows instanceof CheckpointRows checkpoint) {
      return new CheckpointBatchWrite(job, checkpoint, Clock.systemUTC());
    }
    return new S3dlioBatchWrite(
        job,
        rows,
        new JobCommitter(
            job,
            options.explicit(),
            overwrite,
            rows.ownsNames(),
            rows::mayName,
            Clock.systemUTC()));
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return WriteMetrics.supported();
  }
}
