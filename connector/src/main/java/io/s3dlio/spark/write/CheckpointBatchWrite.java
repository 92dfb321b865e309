package io.s3dlio.spark.write;

import static java.util.Objects.requireNonNull;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.checkpoint.CheckpointManifest;
import io.s3dlio.storage.checkpoint.CheckpointPublisher;
import io.s3dlio.storage.checkpoint.CheckpointSave;
import io.s3dlio.storage.checkpoint.CheckpointWriter;
import io.s3dlio.storage.checkpoint.SavedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a write of a checkpoint, on the driver: tasks save states, and the job's commit makes
 * them a checkpoint.
 */
final class CheckpointBatchWrite implements BatchWrite {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointBatchWrite.class);

  private final WriteJob job;
  private final CheckpointRows rows;
  private final Clock clock;
  private final Instant startedAt;
  private @Nullable CheckpointSave save;
  private boolean mayBePublished;

  CheckpointBatchWrite(WriteJob job, CheckpointRows rows, Clock clock) {
    this.job = job;
    this.rows = rows;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /** Decides which step is saved, and fails before any task runs if that has a checkpoint. */
  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    try (ObjectStore store = job.openStore()) {
      Long given = rows.step();
      long step = given == null ? CheckpointWriter.nextStep(store, job.prefix()) : given;
      // How many ranks there are, the rows tell.
      CheckpointSave begun =
          new CheckpointSave(
              job.prefix(),
              step,
              job.id(),
              CheckpointManifest.MAX_WORLD_SIZE,
              rows.layout(),
              Map.of());
      publisher(store, begun).requireFree();
      save = begun;
      return new CheckpointWriterFactory(job, rows, begun);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private CheckpointPublisher publisher(ObjectStore store, CheckpointSave ofSave) {
    return new CheckpointPublisher(
        store, ofSave, job.onExisting() == OnExisting.OVERWRITE, job.writerOptions());
  }

  @Override
  public boolean useCommitCoordinator() {
    return true;
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    List<SavedState> states =
        Arrays.stream(messages)
            .map(CheckpointCommit.class::cast)
            .flatMap(message -> message.states().stream())
            .toList();
    int ranks = states.stream().mapToInt(SavedState::rank).max().orElse(0) + 1;
    try (ObjectStore store = job.openStore()) {
      CheckpointPublisher publisher =
          publisher(store, requireNonNull(save, "save is null").withWorldSize(ranks));
      CheckpointManifest published;
      try {
        published = publisher.publish(states, clock.instant());
      } finally {
        mayBePublished = publisher.mayBePublished();
      }
      removeStrays(publisher, published.states());
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Never throws: the checkpoint is what it is by now, and pruning removes the rest later. */
  private void removeStrays(CheckpointPublisher publisher, List<SavedState> kept) {
    try {
      publisher.removeStrays(kept, startedAt);
    } catch (IOException e) {
      LOG.warn(
          "Cannot clean up below {} after job {}: what attempts left stays until old checkpoints are"
              + " pruned",
          job.prefix(),
          job.id(),
          e);
    }
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    CheckpointSave begun = save;
    if (begun == null || mayBePublished) {
      return;
    }
    try (ObjectStore store = job.openStore()) {
      removeStrays(publisher(store, begun), List.of());
    }
  }

  /** Spark logs it. */
  @Override
  public String toString() {
    return "s3dlio write of %s to %s (job %s)".formatted(rows.describe(), job.prefix(), job.id());
  }
}
