package io.s3dlio.spark.write;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * Writes the content of one task attempt's rows, several at a time. Every object is staged as its
 * row comes and becomes visible when the attempt is committed, so an attempt that is not leaves
 * nothing.
 */
final class ContentDataWriter extends TaskWriter {
  private final Set<String> names = new HashSet<>();
  private final List<Staged> staged = new ArrayList<>();

  private final WriteJob job;
  private final ContentRows rows;
  private final BoundedWork work;

  private record Staged(StagedObject object, ManifestEntry entry) {}

  ContentDataWriter(WriteJob job, ContentRows rows, int partition, long taskId) {
    super(job, partition, taskId);
    this.job = job;
    this.rows = rows;
    this.work = new BoundedWork(job, token);
  }

  @Override
  public void write(InternalRow row) throws IOException {
    String name = rows.name(row);
    if (!names.add(name)) {
      throw job.duplicate(name);
    }
    byte[] content = rows.content(row);
    waiting(() -> work.start(content.length, () -> put(name, content)));
  }

  @Override
  void await() throws IOException {
    work.drain();
  }

  /** Stages a row's object, unless there is one that stays. */
  private void put(String name, byte[] content) throws IOException {
    Location location = job.prefix().append(name);
    CRC32C crc = new CRC32C();
    crc.update(content);
    ManifestEntry entry = ManifestEntry.content(name, content.length, (int) crc.getValue());
    if (job.onExisting() == OnExisting.OVERWRITE || !settleExisting(location, entry)) {
      Staged done = new Staged(stage(location, content), entry);
      settle(
          () -> {
            staged.add(done);
            metrics.written(content.length);
          });
    }
  }

  private StagedObject stage(Location location, byte[] content) throws IOException {
    try (ObjectWriter writer = store.createWriter(location, job.objectOptions())) {
      // A heap buffer is copied off the heap by the piece that is written.
      for (int at = 0; at < content.length; at += job.partSize()) {
        writer.write(ByteBuffer.wrap(content, at, Math.min(job.partSize(), content.length - at)));
      }
      return writer.stage();
    }
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
      settle(
          () -> {
            metrics.alreadyThere();
            manifest.add(entry);
          });
    } else if (job.onExisting() == OnExisting.SKIP) {
      settle(
          () -> {
            metrics.left();
            manifest.addLeft(entry);
          });
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
    drain();
    for (Staged next : staged) {
      work.start(0, () -> complete(next));
    }
    drain();
    return manifest.complete(IdRange.UNKNOWN);
  }

  private void complete(Staged next) throws IOException {
    try {
      next.object().complete();
      settle(() -> manifest.add(next.entry()));
    } catch (AlreadyExistsException e) {
      // It has come since the row was looked at.
      if (!settleExisting(next.object().location(), next.entry())) {
        throw e;
      }
      next.object().abort();
    }
  }

  /** Discards what is unfinished or staged; objects that are complete stay. Idempotent. */
  @Override
  public void close() throws IOException {
    token.cancel();
    work.close();
    Cleanup cleanup = new Cleanup();
    cleanup.run(this::account);
    for (Staged next : staged) {
      cleanup.run(next.object()::abort);
    }
    staged.clear();
    cleanup.run(manifest::close);
    cleanup.run(store::close);
    cleanup.throwFirst();
  }
}
