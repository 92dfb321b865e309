package io.s3dlio.storage.manifest;

import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.stream.StoreOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard of a manifest: gzip'd CSV with a header line, as any CSV reader takes it. Memory
 * does not grow with the entries. Not thread-safe.
 */
public final class ManifestShardWriter implements Closeable {
  private final String shardName;
  private final ObjectWriter writer;
  private final StoreOutputStream chunks;
  private @Nullable CsvGenerator csv;
  private boolean ended;
  private long count;
  private long bytes;

  /**
   * @param prefix the job's prefix
   * @param shardName the shard's key below it, see {@link Manifests#shardName}
   */
  public ManifestShardWriter(
      ObjectStore store, Location prefix, String shardName, WriterOptions options)
      throws IOException {
    this.shardName = Manifest.Shard.requireName(shardName);
    this.writer = store.createWriter(prefix.asPrefix().append(shardName), options);
    try {
      this.chunks = new StoreOutputStream(writer);
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /** Adds a line. After a failure the shard can only be closed. */
  public void add(ManifestEntry entry) throws IOException {
    CsvGenerator target = csv();
    // A failure from here on leaves half a line.
    ended = true;
    count++;
    bytes = Math.addExact(bytes, entry.size());
    target.writeStartArray();
    target.writeString(entry.name());
    target.writeNumber(entry.size());
    target.writeString(HexFormat.of().toHexDigits(entry.crc32c()));
    target.writeNumber(entry.index());
    target.writeString(entry.objectType());
    target.writeString(entry.specSize() == entry.size() ? "" : Long.toString(entry.specSize()));
    target.writeEndArray();
    ended = false;
  }

  /** Ends the shard and makes it visible. */
  public Manifest.Shard complete() throws IOException {
    CsvGenerator target = csv();
    ended = true;
    target.close();
    writer.complete();
    return new Manifest.Shard(shardName, count, bytes);
  }

  private CsvGenerator csv() throws IOException {
    if (ended) {
      throw new IllegalStateException("Cannot write to %s: it has ended".formatted(shardName));
    }
    if (csv == null) {
      csv = ShardFormat.CSV.createGenerator(new GZIPOutputStream(chunks));
      csv.writeStartArray();
      for (String column : ShardFormat.COLUMNS) {
        csv.writeString(column);
      }
      csv.writeEndArray();
    }
    return csv;
  }

  /** Discards the shard unless it was completed. Idempotent. */
  @Override
  public void close() throws IOException {
    ended = true;
    chunks.discard();
    try (writer;
        chunks) {
      if (csv != null) {
        csv.close();
      }
    }
  }
}
