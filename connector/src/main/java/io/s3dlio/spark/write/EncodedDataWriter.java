package io.s3dlio.spark.write;

import io.s3dlio.datagen.ConcurrentWork;
import io.s3dlio.spark.write.encode.InvalidRowException;
import io.s3dlio.spark.write.encode.ShardEncoder;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.UnsyncedNames;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one task attempt as files, one at a time, which are staged as they end and
 * become visible when the attempt is committed. What an earlier attempt left that died in its
 * commit has the same names, and is replaced.
 */
final class EncodedDataWriter extends TaskWriter {
  private final WriteJob job;
  private final EncodedRows rows;
  private final int partition;
  private final ShardEncoder encoder;
  private final ConcurrentWork work;
  private final List<Staged> staged = new ArrayList<>();

  private @Nullable Open open;
  private int files;
  private long rowNumber;

  private record Staged(StagedObject object, ManifestEntry entry) {}

  /** The file that rows go to. */
  private static final class Open {
    private final String directory;
    private final String name;
    private final ShardStream stream;
    private long rows;

    Open(String directory, String name, ShardStream stream) {
      this.directory = directory;
      this.name = name;
      this.stream = stream;
    }
  }

  EncodedDataWriter(WriteJob job, EncodedRows rows, int partition, long taskId) {
    super(job, partition, taskId);
    this.job = job;
    this.rows = rows;
    this.partition = partition;
    this.encoder = rows.format().encoder();
    this.work = new ConcurrentWork("write below " + job.prefix(), job.maxConcurrency(), token);
  }

  @Override
  public void write(InternalRow row) throws IOException {
    try {
      Open file = file(rows.directory().of(row));
      encoder.add(row);
      file.rows++;
      rowNumber++;
    } catch (InvalidRowException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Cannot write row %d of partition %d: %s".formatted(rowNumber, partition, e.getMessage()),
          e);
    }
  }

  /** Returns the file for another row there. */
  private Open file(String directory) throws IOException {
    Open file = open;
    if (file != null
        && (file.rows >= rows.maxRows() || encoder.isFull() || !file.directory.equals(directory))) {
      waiting(this::end);
      file = null;
    }
    return file == null ? begin(directory) : file;
  }

  private Open begin(String directory) throws IOException {
    String name = directory + rows.names().name(partition, files++);
    ShardStream stream = new ShardStream(store, job.prefix().append(name), job.taskOptions());
    Open begun = new Open(directory, name, stream);
    open = begun;
    encoder.begin(stream);
    return begun;
  }

  private void end() throws IOException {
    Open file = open;
    if (file == null) {
      return;
    }
    encoder.end();
    StagedObject object = file.stream.stage();
    ManifestEntry entry =
        ManifestEntry.content(file.name, file.stream.length(), file.stream.crc32c());
    staged.add(new Staged(object, entry));
    file.stream.close();
    open = null;
    metrics.written(entry.size(), file.rows);
  }

  @Override
  void await() throws IOException {
    end();
    work.drain();
  }

  /**
   * The manifest's shard comes first: whatever becomes of this attempt then, it names all that may
   * have become visible.
   */
  @Override
  public WriterCommitMessage commit() throws IOException {
    drain();
    for (Staged next : staged) {
      manifest.add(next.entry());
    }
    TaskCommit commit = manifest.complete(IdRange.UNKNOWN);
    UnsyncedNames names = new UnsyncedNames(store, job.prefix());
    for (Staged next : staged) {
      work.start(() -> next.object().complete());
    }
    drain();
    for (Staged next : staged) {
      names.add(next.entry().name());
    }
    names.sync();
    return commit;
  }

  /** Discards what is unfinished or staged; objects that are complete stay. Idempotent. */
  @Override
  public void close() throws IOException {
    token.cancel();
    work.close();
    encoder.close();
    Cleanup cleanup = new Cleanup();
    cleanup.run(this::account);
    Open file = open;
    open = null;
    if (file != null) {
      cleanup.run(file.stream::close);
    }
    for (Staged next : staged) {
      cleanup.run(next.object()::abort);
    }
    staged.clear();
    cleanup.run(manifest::close);
    cleanup.run(store::close);
    cleanup.throwFirst();
  }
}
