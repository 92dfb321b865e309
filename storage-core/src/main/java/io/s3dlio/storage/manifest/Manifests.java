package io.s3dlio.storage.manifest;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/** Finds, reads and writes manifests below a prefix. */
public final class Manifests {
  private Manifests() {}

  /** Returns the key, below the job's prefix, of the shard that a task attempt writes. */
  public static String shardName(String jobId, int partition, long taskId) {
    throw new UnsupportedOperationException();
  }

  /** Writes the head, which makes the manifest visible. */
  public static void write(
      ObjectStore store, Location prefix, Manifest manifest, WriterOptions options)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the manifests below a prefix, oldest first; empty if there is none.
   *
   * @throws io.s3dlio.storage.CorruptException if one is not a manifest of a known version
   */
  public static List<Manifest> find(ObjectStore store, Location prefix) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads a shard's entries as they are asked for.
   *
   * @throws io.s3dlio.storage.CorruptException from the iterator's end, wrapped in an {@link
   *     java.io.UncheckedIOException}, if the shard does not hold what its head says
   */
  public static Entries entries(ObjectStore store, Location prefix, Manifest.Shard shard)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Entries of a shard, to be closed. */
  public interface Entries extends Iterator<ManifestEntry>, Closeable {
    @Override
    void close() throws IOException;
  }
}
