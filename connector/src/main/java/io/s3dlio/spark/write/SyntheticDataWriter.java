package io.s3dlio.spark.write;

import io.s3dlio.datagen.ObjectPutter;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.PutResult;
import io.s3dlio.datagen.PutResult.Outcome;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * Generates the objects of one task attempt and puts them. Names and bytes are a function of the
 * rows, so attempts may repeat each other and whole objects of a failed one stay.
 */
final class SyntheticDataWriter extends TaskWriter {
  private final long seed;
  private final SyntheticRows.Specs specs;
  private final ObjectPutter putter;
  private IdRange ids;

  SyntheticDataWriter(WriteJob job, SyntheticRows rows, int partition, long taskId) {
    super(job, partition, taskId);
    seed = job.seed();
    specs = rows.specs(seed);
    ids = rows.isNamedById() ? IdRange.NONE : IdRange.UNKNOWN;
    putter = new ObjectPutter(store, job.prefix(), job.putOptions(), token);
  }

  @Override
  public void write(InternalRow row) throws IOException {
    ObjectSpec spec = specs.spec(row);
    ids = ids.with(spec.index());
    waiting(
        () ->
            putter.put(
                spec.name(),
                specs.source(spec, seed),
                result -> settle(() -> recordObject(spec, result))));
  }

  /** Objects that are done may have begun their indexes. */
  @Override
  void await() throws IOException {
    putter.drain();
    account();
    putter.drain();
  }

  /** An object that was left has not the records that an index would tell of. */
  private void recordObject(ObjectSpec spec, PutResult result) throws IOException {
    record(spec, spec.type().toString(), result);
    if (specs.isIndexed(spec) && result.outcome() != Outcome.SKIPPED) {
      putter.put(
          specs.indexName(spec),
          spec.recordIndex(),
          index -> settle(() -> record(spec, ObjectType.RECORD_INDEX, index)));
    }
  }

  private void record(ObjectSpec spec, String type, PutResult result) throws IOException {
    ManifestEntry entry =
        new ManifestEntry(
            result.name(), result.size(), result.crc32c(), spec.index(), type, spec.size());
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

  @Override
  public WriterCommitMessage commit() throws IOException {
    drain();
    return manifest.complete(ids);
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
