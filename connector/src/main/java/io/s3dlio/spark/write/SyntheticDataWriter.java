package io.s3dlio.spark.write;

import io.s3dlio.datagen.ObjectPutter;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.PutResult;
import io.s3dlio.datagen.PutResult.Outcome;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * Generates the objects of one task attempt and puts them. Names and bytes are a function of the
 * rows, so attempts may repeat each other and whole objects of a failed one stay.
 */
final class SyntheticDataWriter implements DataWriter<InternalRow> {
  private final CancellationToken token = new CancellationToken();
  private final WriteMetrics metrics = new WriteMetrics();

  /** What is done and not yet in the manifest: at most what was in flight at once. */
  private final Queue<Done> done = new ConcurrentLinkedQueue<>();

  private final long seed;
  private final SyntheticRows.Specs specs;
  private final ObjectStore store;
  private final ObjectPutter putter;
  private final TaskManifest manifest;
  private IdRange ids;

  private record Done(ObjectSpec spec, PutResult result) {}

  SyntheticDataWriter(WriteJob job, SyntheticRows rows, int partition, long taskId) {
    seed = job.seed();
    specs = rows.specs();
    ids = rows.isNamedById() ? IdRange.NONE : IdRange.UNKNOWN;
    store = job.openStore();
    putter = new ObjectPutter(store, job.prefix(), job.putOptions(), token);
    manifest = new TaskManifest(store, job, partition, taskId);
  }

  @Override
  public void write(InternalRow row) throws IOException {
    ObjectSpec spec = specs.spec(row);
    ids = ids.with(spec.index());
    long start = System.nanoTime();
    putter.put(spec.name(), spec.source(seed), result -> done.add(new Done(spec, result)));
    metrics.waited(System.nanoTime() - start);
    record();
  }

  /** Ends with everything put, so that the metrics that Spark takes then are whole. */
  @Override
  public void writeAll(Iterator<InternalRow> rows) throws IOException {
    DataWriter.super.writeAll(rows);
    drain();
  }

  private void drain() throws IOException {
    long start = System.nanoTime();
    putter.drain();
    metrics.waited(System.nanoTime() - start);
    record();
  }

  private void record() throws IOException {
    for (Done next = done.poll(); next != null; next = done.poll()) {
      PutResult result = next.result();
      ManifestEntry entry =
          new ManifestEntry(
              result.name(),
              result.size(),
              result.crc32c(),
              next.spec().index(),
              next.spec().type().toString());
      if (result.outcome() == Outcome.SKIPPED) {
        metrics.left();
        manifest.addLeft(entry);
      } else {
        if (result.outcome() == Outcome.WRITTEN) {
          metrics.written(result.size());
        } else {
          metrics.alreadyThere();
        }
        manifest.add(entry);
      }
    }
  }

  @Override
  public WriterCommitMessage commit() throws IOException {
    drain();
    return manifest.complete(ids);
  }

  /** Stops; {@link #close}, which always follows, cleans up. */
  @Override
  public void abort() {
    token.cancel();
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return metrics.values();
  }

  /** Discards whatever is unfinished. Idempotent. */
  @Override
  public void close() throws IOException {
    try (store;
        manifest;
        putter) {
      token.cancel();
    }
  }
}
