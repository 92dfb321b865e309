package io.s3dlio.storage.manifest;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The head of a job's manifest: what was asked for, and in which shards the objects are named.
 *
 * @param formatVersion the version of this format, {@link #FORMAT_VERSION}
 * @param jobId names the job, unique below its prefix
 * @param createdAt when the job committed
 * @param seed the seed of generated objects; 0 for real content
 * @param settings the write options in force, by name; never a credential
 * @param count how many objects
 * @param bytes how many bytes in all
 * @param shards where the objects are named
 */
public record Manifest(
    int formatVersion,
    String jobId,
    Instant createdAt,
    long seed,
    Map<String, String> settings,
    long count,
    long bytes,
    List<Shard> shards) {
  public static final int FORMAT_VERSION = 1;

  /** The folder below a job's prefix that holds the manifests; hidden from reads. */
  public static final String FOLDER = "_s3dlio/";

  public Manifest {
    requireNonNull(jobId, "jobId is null");
    requireNonNull(createdAt, "createdAt is null");
    settings = Map.copyOf(settings);
    shards = List.copyOf(shards);
  }

  /**
   * @param name the shard's key below the job's prefix
   * @param count how many objects it names
   * @param bytes how many bytes these have
   */
  public record Shard(String name, long count, long bytes) {
    public Shard {
      requireNonNull(name, "name is null");
    }
  }
}
