package io.s3dlio.storage.manifest;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The head of a job's manifest: what was asked for, and in which shards the objects are named.
 *
 * @param formatVersion the version of this format, {@link #FORMAT_VERSION}
 * @param jobId names the job, unique below its prefix; letters, digits and hyphens, at most 64
 * @param createdAt when the job committed
 * @param seed the seed of generated objects; 0 for real content
 * @param settings the write options in force, by name; never a credential
 * @param count how many objects: the sum over the shards
 * @param bytes how many bytes in all: the sum over the shards
 * @param shards where the objects are named, all in this job's folder
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

  private static final Pattern JOB_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  public Manifest {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "Invalid formatVersion: %d (this release knows %d)"
              .formatted(formatVersion, FORMAT_VERSION));
    }
    requireJobId(jobId);
    requireNonNull(createdAt, "createdAt is null");
    settings = Map.copyOf(settings);
    shards = List.copyOf(shards);
    requireNotNegative("count", count);
    requireNotNegative("bytes", bytes);
    long shardCount = 0;
    long shardBytes = 0;
    for (Shard shard : shards) {
      if (!shard.name().startsWith(FOLDER + jobId + "/")) {
        throw new IllegalArgumentException(
            "Invalid shard: '%s' (must be in the folder of job %s)".formatted(shard.name(), jobId));
      }
      shardCount = sum("count", shardCount, shard.count());
      shardBytes = sum("bytes", shardBytes, shard.bytes());
    }
    requireSum("count", count, shardCount);
    requireSum("bytes", bytes, shardBytes);
  }

  static String requireJobId(String jobId) {
    if (!JOB_ID.matcher(jobId).matches()) {
      throw new IllegalArgumentException(
          "Invalid jobId: '%s' (letters, digits and hyphens, at most 64)".formatted(jobId));
    }
    return jobId;
  }

  private static long sum(String field, long left, long right) {
    long sum = left + right;
    if (sum < 0) {
      throw new IllegalArgumentException(
          "Invalid %s: %d + %d (more than 64 bits hold)".formatted(field, left, right));
    }
    return sum;
  }

  private static void requireSum(String field, long value, long sum) {
    if (value != sum) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (the shards have %d)".formatted(field, value, sum));
    }
  }

  private static void requireNotNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException("Invalid %s: %d (must be >= 0)".formatted(field, value));
    }
  }

  /**
   * @param name the shard's key below the job's prefix: a file in a job's folder, as {@link
   *     Manifests#shardName} makes it
   * @param count how many objects it names
   * @param bytes how many bytes these have
   */
  public record Shard(String name, long count, long bytes) {
    private static final Pattern NAME =
        Pattern.compile(FOLDER + "[A-Za-z0-9-]{1,64}/[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    public Shard {
      requireName(name);
      requireNotNegative("count", count);
      requireNotNegative("bytes", bytes);
    }

    static String requireName(String name) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "Invalid shard: '%s' (must be %s<jobId>/<file>)".formatted(name, FOLDER));
      }
      return name;
    }
  }
}
