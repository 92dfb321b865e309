package io.s3dlio.spark.write;

import io.s3dlio.storage.checkpoint.SavedState;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** What a task tells the driver: the states that it has saved. */
record CheckpointCommit(List<SavedState> states) implements WriterCommitMessage {
  CheckpointCommit {
    states = List.copyOf(states);
  }
}
