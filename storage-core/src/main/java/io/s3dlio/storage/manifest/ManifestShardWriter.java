package io.s3dlio.storage.manifest;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import java.io.Closeable;
import java.io.IOException;

/**
 * Writes one shard of a manifest: gzip'd CSV with a header line, as any CSV reader takes it. Memory
 * does not grow with the entries. Not thread-safe.
 */
public final class ManifestShardWriter implements Closeable {
  /**
   * @param prefix the job's prefix
   * @param shardName the shard's key below it, see {@link Manifests#shardName}
   */
  public ManifestShardWriter(
      ObjectStore store, Location prefix, String shardName, WriterOptions options)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  public void add(ManifestEntry entry) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Ends the shard and makes it visible. */
  public Manifest.Shard complete() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Discards the shard unless it was completed. Idempotent. */
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
