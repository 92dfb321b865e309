package io.s3dlio.storage.manifest;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.stream.StoreInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Finds, reads and writes manifests below a prefix. */
public final class Manifests {
  /** The name of a head, in its job's folder. */
  public static final String HEAD_NAME = "manifest.json";

  private static final String HEAD = "/" + HEAD_NAME;

  /** Room for a million shards. */
  private static final long MAX_HEAD_BYTES = 256L << 20;

  private Manifests() {}

  /** Returns the key, below the job's prefix, of the shard that a task attempt writes. */
  public static String shardName(String jobId, int partition, long taskId) {
    if (partition < 0 || taskId < 0) {
      throw new IllegalArgumentException(
          "Invalid shard: partition %d, task %d (both must be >= 0)".formatted(partition, taskId));
    }
    return "%s/part-%05d-%d.csv.gz".formatted(folder(jobId), partition, taskId);
  }

  private static String folder(String jobId) {
    return Manifest.FOLDER + Manifest.requireJobId(jobId);
  }

  /** Writes the head, which makes the manifest visible. */
  public static void write(
      ObjectStore store, Location prefix, Manifest manifest, WriterOptions options)
      throws IOException {
    byte[] json = HeadFormat.write(manifest);
    Location head = prefix.asPrefix().append(folder(manifest.jobId()) + HEAD);
    try (BufferLease lease = BufferPool.shared().acquire(json.length)) {
      store.put(head, lease.buffer().put(json).flip(), options);
    }
  }

  /**
   * Returns the manifests below a prefix, oldest first; empty if there is none. What a job left
   * that never wrote its head is passed over.
   *
   * @throws io.s3dlio.storage.CorruptException if one is not a manifest of a known version
   */
  public static List<Manifest> find(ObjectStore store, Location prefix) throws IOException {
    Location folder = prefix.asPrefix().append(Manifest.FOLDER);
    List<Manifest> manifests = new ArrayList<>();
    try (ObjectListing listing = store.list(folder, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        ObjectInfo object = listing.next();
        String below = object.location().key().substring(folder.key().length());
        if (below.endsWith(HEAD) && below.indexOf('/') == below.length() - HEAD.length()) {
          manifests.add(readHead(store, object, below.substring(0, below.indexOf('/'))));
        }
      }
    }
    manifests.sort(Comparator.comparing(Manifest::createdAt).thenComparing(Manifest::jobId));
    return List.copyOf(manifests);
  }

  /**
   * Reads one manifest.
   *
   * @param head where {@link #find} finds it
   * @throws io.s3dlio.storage.CorruptException if it is not a manifest of a known version, or not
   *     in a folder of its job
   */
  public static Manifest read(ObjectStore store, Location head) throws IOException {
    String folder = prefixOf(head).key() + Manifest.FOLDER;
    String jobId = head.key().substring(folder.length(), head.key().length() - HEAD.length());
    return readHead(store, store.stat(head), jobId);
  }

  /**
   * Returns the prefix that the names in a manifest stand below.
   *
   * @throws io.s3dlio.storage.CorruptException if a head is not in a folder of its job
   */
  public static Location prefixOf(Location head) throws IOException {
    String key = head.key();
    int job = key.lastIndexOf('/', key.length() - HEAD.length() - 1);
    String folder = key.substring(0, job + 1);
    if (!key.endsWith(HEAD)
        || !(folder.equals(Manifest.FOLDER) || folder.endsWith("/" + Manifest.FOLDER))) {
      throw ManifestFailures.corrupt(
          head, "it is not in a folder %s<jobId>/".formatted(Manifest.FOLDER), null);
    }
    return head.withKey(folder.substring(0, folder.length() - Manifest.FOLDER.length()));
  }

  private static Manifest readHead(ObjectStore store, ObjectInfo object, String jobId)
      throws IOException {
    if (object.length() > MAX_HEAD_BYTES) {
      throw ManifestFailures.corrupt(
          object.location(),
          "it has %d bytes, heads have at most %d".formatted(object.length(), MAX_HEAD_BYTES),
          null);
    }
    try (StoreInputStream content = new StoreInputStream(store, object)) {
      Manifest manifest = HeadFormat.read(content);
      if (!manifest.jobId().equals(jobId)) {
        throw new IllegalArgumentException(
            "Invalid jobId: '%s' (its folder is '%s')".formatted(manifest.jobId(), jobId));
      }
      return manifest;
    } catch (IllegalArgumentException e) {
      throw ManifestFailures.corrupt(object.location(), requireNonNull(e.getMessage()), e);
    } catch (IOException e) {
      throw ManifestFailures.typed(object.location(), "the JSON", e);
    }
  }

  /**
   * Reads a shard's entries as they are asked for. The iterator throws {@link
   * java.io.UncheckedIOException}; its cause is a {@link io.s3dlio.storage.CorruptException} where
   * a line is malformed, and at the end if the shard does not hold what its head says.
   *
   * @throws io.s3dlio.storage.CorruptException if it is no shard at all
   */
  public static Entries entries(ObjectStore store, Location prefix, Manifest.Shard shard)
      throws IOException {
    return ShardReader.open(store, store.stat(prefix.asPrefix().append(shard.name())), shard);
  }

  /**
   * Reads the entries of a shard that no head has, as those of an attempt that lost.
   *
   * @param shard its key below the prefix
   * @throws io.s3dlio.storage.CorruptException if it is no shard at all
   */
  public static Entries entries(ObjectStore store, Location prefix, String shard)
      throws IOException {
    return ShardReader.open(store, store.stat(prefix.asPrefix().append(shard)), null);
  }

  /** Entries of a shard, to be closed. */
  public interface Entries extends Iterator<ManifestEntry>, Closeable {
    @Override
    void close() throws IOException;
  }
}
