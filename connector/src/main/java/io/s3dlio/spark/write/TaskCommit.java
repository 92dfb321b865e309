package io.s3dlio.spark.write;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.manifest.Manifest;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * What a task tells the driver: sums, and where the names are.
 *
 * @param objects names the objects that are as the job would have them, written now or found so
 * @param left names the objects that were there and were left as they were
 * @param ids the ids of all of them, if their names follow from their ids
 */
record TaskCommit(Shard objects, Shard left, IdRange ids) implements WriterCommitMessage {
  TaskCommit {
    requireNonNull(objects, "objects is null");
    requireNonNull(left, "left is null");
    requireNonNull(ids, "ids is null");
  }

  /**
   * A shard, or none: then its name is empty.
   *
   * @param name the shard's key below the job's prefix
   */
  record Shard(String name, long count, long bytes) implements java.io.Serializable {
    static final Shard NONE = new Shard("", 0, 0);

    static Shard of(Manifest.Shard shard) {
      return new Shard(shard.name(), shard.count(), shard.bytes());
    }

    boolean isPresent() {
      return !name.isEmpty();
    }

    Manifest.Shard toManifest() {
      return new Manifest.Shard(name, count, bytes);
    }
  }
}
