package io.s3dlio.spark.write;

import io.s3dlio.storage.checkpoint.CheckpointAttempt;
import io.s3dlio.storage.checkpoint.CheckpointSave;
import io.s3dlio.storage.checkpoint.StateWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * Saves the states of one task attempt, several at a time, under keys of its own: other attempts of
 * the task neither see nor replace them. What an attempt has saved that is not committed goes with
 * it.
 */
final class CheckpointDataWriter extends TaskWriter {
  private final WriteJob job;
  private final CheckpointRows rows;
  private final CheckpointAttempt attempt;
  private final BoundedWork work;

  CheckpointDataWriter(
      WriteJob job, CheckpointRows rows, CheckpointSave save, int partition, long taskId) {
    super(job, partition, taskId);
    this.job = job;
    this.rows = rows;
    this.attempt = new CheckpointAttempt(store, save, job.writerOptions());
    this.work = new BoundedWork(job, token);
  }

  @Override
  public void write(InternalRow row) throws IOException {
    String name = rows.name(row);
    int rank = rows.rank(row);
    byte[] content = rows.content(row);
    waiting(() -> work.start(content.length, () -> save(name, rank, content)));
  }

  private void save(String name, int rank, byte[] content) throws IOException {
    try (StateWriter writer = attempt.create(name, rank)) {
      // A heap buffer is copied off the heap by the piece that is written.
      for (int at = 0; at < content.length; at += job.partSize()) {
        writer.write(ByteBuffer.wrap(content, at, Math.min(job.partSize(), content.length - at)));
      }
      writer.complete();
    }
    settle(() -> metrics.written(content.length));
  }

  @Override
  void await() throws IOException {
    work.drain();
  }

  @Override
  public WriterCommitMessage commit() throws IOException {
    drain();
    CheckpointCommit commit = new CheckpointCommit(attempt.end());
    attempt.keep();
    return commit;
  }

  /** Removes what was saved, unless it is committed. Idempotent. */
  @Override
  public void close() throws IOException {
    token.cancel();
    work.close();
    Cleanup cleanup = new Cleanup();
    cleanup.run(this::account);
    cleanup.run(attempt::close);
    cleanup.run(manifest::close);
    cleanup.run(store::close);
    cleanup.throwFirst();
  }
}
