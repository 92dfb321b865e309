package io.s3dlio.storage.range;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Level 3 of the configuration: how objects are cut into ranges.
 *
 * @param chunkSize the size of a range, in bytes
 * @param maxConcurrentRanges how many ranges of one object are in flight at most
 * @param minSplitSize requests shorter than this are one range
 * @param timeout how long one range may take, its retries included
 */
public record RangeEngineConfig(
    long chunkSize, int maxConcurrentRanges, long minSplitSize, Duration timeout) {
  /** 64 MiB ranges, 32 at a time, from 4 MiB on, 30 s each. */
  public static final RangeEngineConfig DEFAULT =
      new RangeEngineConfig(64L << 20, 32, 4L << 20, Duration.ofSeconds(30));

  /** As {@link #DEFAULT}, but from 16 MiB on: small aligned reads gain nothing from a split. */
  public static final RangeEngineConfig DIRECT = DEFAULT.withMinSplitSize(16L << 20);

  public RangeEngineConfig {
    requireNonNull(timeout, "timeout is null");
    requirePositive("chunkSize", chunkSize);
    requirePositive("maxConcurrentRanges", maxConcurrentRanges);
    requirePositive("minSplitSize", minSplitSize);
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("Invalid timeout: %s (must be > 0)".formatted(timeout));
    }
  }

  public RangeEngineConfig withChunkSize(long bytes) {
    return new RangeEngineConfig(bytes, maxConcurrentRanges, minSplitSize, timeout);
  }

  public RangeEngineConfig withMaxConcurrentRanges(int ranges) {
    return new RangeEngineConfig(chunkSize, ranges, minSplitSize, timeout);
  }

  public RangeEngineConfig withMinSplitSize(long bytes) {
    return new RangeEngineConfig(chunkSize, maxConcurrentRanges, bytes, timeout);
  }

  public RangeEngineConfig withTimeout(Duration limit) {
    return new RangeEngineConfig(chunkSize, maxConcurrentRanges, minSplitSize, limit);
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("Invalid %s: %d (must be > 0)".formatted(name, value));
    }
  }
}
