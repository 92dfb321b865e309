package io.s3dlio.spark.write;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** One run of a write, on the driver. */
final class S3dlioBatchWrite implements BatchWrite {
  private final WriteJob job;
  private final RowShape rows;
  private final JobCommitter committer;

  S3dlioBatchWrite(WriteJob job, RowShape rows, JobCommitter committer) {
    this.job = job;
    this.rows = rows;
    this.committer = committer;
  }

  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    if (rows instanceof SyntheticRows synthetic) {
      return new SyntheticWriterFactory(job, synthetic);
    }
    return rows instanceof EncodedRows encoded
        ? new EncodedWriterFactory(job, encoded)
        : new ContentWriterFactory(job, (ContentRows) rows);
  }

  /** Generated objects are a function of their rows, so attempts need not agree who commits. */
  @Override
  public boolean useCommitCoordinator() {
    return !(rows instanceof SyntheticRows);
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    List<TaskCommit> tasks = Arrays.stream(messages).map(TaskCommit.class::cast).toList();
    try {
      committer.commit(tasks);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    committer.abort();
  }

  /** Spark logs it. */
  @Override
  public String toString() {
    return "s3dlio write of %s to %s (job %s)".formatted(rows.describe(), job.prefix(), job.id());
  }
}
