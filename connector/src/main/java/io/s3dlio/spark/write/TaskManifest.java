package io.s3dlio.spark.write;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.UnsyncedNames;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.ManifestShardWriter;
import io.s3dlio.storage.manifest.Manifests;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Names the objects of one task attempt: those of the job in a shard of the manifest, those that it
 * left as they were in a file beside it, which the job's commit reads and removes. Opens each when
 * its first object comes. Not thread-safe.
 */
final class TaskManifest implements Closeable {
  private static final String LEFT_SUFFIX = ".left";

  private final ObjectStore store;
  private final WriteJob job;
  private final String shardName;
  private final UnsyncedNames names;
  private @Nullable ManifestShardWriter objects;
  private @Nullable ManifestShardWriter left;

  /**
   * @param store stays the caller's
   */
  TaskManifest(ObjectStore store, WriteJob job, int partition, long taskId) {
    this.store = store;
    this.job = job;
    this.shardName = Manifests.shardName(job.id(), partition, taskId);
    this.names = new UnsyncedNames(store, job.prefix());
  }

  /** Names an object that is as the job would have it. */
  void add(ManifestEntry object) throws IOException {
    if (objects == null) {
      objects = open(shardName);
    }
    objects.add(object);
    // Also if it was found: the attempt that wrote it may have been killed.
    names.add(object.name());
  }

  /** Names an object that was there and was left as it was. */
  void addLeft(ManifestEntry object) throws IOException {
    if (left == null) {
      left = open(shardName + LEFT_SUFFIX);
    }
    left.add(object);
  }

  private ManifestShardWriter open(String name) throws IOException {
    return new ManifestShardWriter(store, job.prefix(), name, job.taskOptions());
  }

  /**
   * Makes the shards visible and every name safe, theirs and those of the objects, and returns what
   * the driver is to know.
   */
  TaskCommit complete(IdRange ids) throws IOException {
    TaskCommit commit = new TaskCommit(complete(objects), complete(left), ids);
    names.sync();
    return commit;
  }

  private TaskCommit.Shard complete(@Nullable ManifestShardWriter shard) throws IOException {
    if (shard == null) {
      return TaskCommit.Shard.NONE;
    }
    Manifest.Shard completed = shard.complete();
    names.add(completed.name());
    return TaskCommit.Shard.of(completed);
  }

  /** Discards what was not completed. Idempotent. */
  @Override
  public void close() throws IOException {
    try (Closeable first = objects;
        Closeable second = left) {
      objects = null;
      left = null;
    }
  }
}
