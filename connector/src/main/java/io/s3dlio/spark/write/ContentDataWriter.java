package io.s3dlio.spark.write;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * Writes the content of one task attempt's rows. Every object is staged as its row comes and
 * becomes visible when the attempt is committed, so an attempt that is not leaves nothing.
 */
final class ContentDataWriter implements DataWriter<InternalRow> {
  private final WriteJob job;
  private final ContentRows rows;
  private final ObjectStore store;
  private final TaskManifest manifest;
  private final WriteMetrics metrics = new WriteMetrics();
  private final Set<String> names = new HashSet<>();
  private final Deque<Staged> staged = new ArrayDeque<>();

  private record Staged(StagedObject object, ManifestEntry entry) {}

  ContentDataWriter(WriteJob job, ContentRows rows, int partition, long taskId) {
    this.job = job;
    this.rows = rows;
    this.store = job.openStore();
    this.manifest = new TaskManifest(store, job, partition, taskId);
  }

  @Override
  public void write(InternalRow row) throws IOException {
    String name = rows.name(row);
    Location location = job.prefix().append(name);
    if (!names.add(name)) {
      throw job.duplicate(name);
    }
    byte[] content = rows.content(row);
    CRC32C crc = new CRC32C();
    crc.update(content);
    ManifestEntry entry = ManifestEntry.content(name, content.length, (int) crc.getValue());
    if (job.onExisting() == OnExisting.OVERWRITE || !settleExisting(location, entry)) {
      stage(location, content, entry);
    }
  }

  private void stage(Location location, byte[] content, ManifestEntry entry) throws IOException {
    long start = System.nanoTime();
    try (ObjectWriter writer = store.createWriter(location, job.objectOptions())) {
      // A heap buffer is copied off the heap by the piece that is written.
      for (int at = 0; at < content.length; at += job.partSize()) {
        writer.write(ByteBuffer.wrap(content, at, Math.min(job.partSize(), content.length - at)));
      }
      staged.add(new Staged(writer.stage(), entry));
    }
    metrics.waited(System.nanoTime() - start);
    metrics.written(content.length);
  }

  /**
   * Does what is to be done about an object that is already there.
   *
   * @return false if there is none
   * @throws AlreadyExistsException if there is another
   */
  private boolean settleExisting(Location location, ManifestEntry entry) throws IOException {
    Optional<ObjectInfo> existing = stat(location);
    if (existing.isEmpty()) {
      return false;
    }
    if (isSame(existing.get(), entry)) {
      metrics.alreadyThere();
      manifest.add(entry);
    } else if (job.onExisting() == OnExisting.SKIP) {
      metrics.left();
      manifest.addLeft(entry);
    } else {
      throw new AlreadyExistsException(
          Failure.of("write", location, "it exists and is not what would be written")
              .withRemedy("Write below another path, or set onExisting to skip or overwrite"));
    }
    return true;
  }

  private boolean isSame(ObjectInfo existing, ManifestEntry entry) throws IOException {
    return existing.length() == entry.size() && Checksums.crc32c(store, existing) == entry.crc32c();
  }

  private Optional<ObjectInfo> stat(Location location) throws IOException {
    try {
      return Optional.of(store.stat(location));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public WriterCommitMessage commit() throws IOException {
    while (!staged.isEmpty()) {
      complete(staged.element());
      staged.remove();
    }
    return manifest.complete(IdRange.UNKNOWN);
  }

  private void complete(Staged next) throws IOException {
    try {
      next.object().complete();
      manifest.add(next.entry());
    } catch (AlreadyExistsException e) {
      // It has come since the row was looked at.
      if (!settleExisting(next.object().location(), next.entry())) {
        throw e;
      }
      next.object().abort();
    }
  }

  /** Discards what is staged; objects that are complete stay. */
  @Override
  public void abort() throws IOException {
    Cleanup cleanup = new Cleanup();
    for (Staged next = staged.poll(); next != null; next = staged.poll()) {
      cleanup.run(next.object()::abort);
    }
    cleanup.throwFirst();
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return metrics.values();
  }

  /** Discards whatever is unfinished. Idempotent. */
  @Override
  public void close() throws IOException {
    try (store;
        manifest) {
      abort();
    }
  }
}
