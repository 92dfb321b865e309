package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Level 2 of the configuration: how an {@link AsyncPoolDataLoader} fetches.
 *
 * @param poolSize how many requests are in flight at most
 * @param readaheadBatches so many batches that nobody has taken yet are ready before no further one
 *     is started
 * @param batchTimeout how long a batch may take from its start until it is ready
 */
public record PoolConfig(int poolSize, int readaheadBatches, Duration batchTimeout) {
  /** 64 requests, 4 batches, 30 s. */
  public static final PoolConfig DEFAULT = new PoolConfig(64, 4, Duration.ofSeconds(30));

  private static final int REQUESTS_OF_A_WORKER = 16;
  private static final int LEAST_READAHEAD = 2;

  public PoolConfig {
    requireNonNull(batchTimeout, "batchTimeout is null");
    requirePositive("poolSize", poolSize);
    requirePositive("readaheadBatches", readaheadBatches);
    if (batchTimeout.isZero() || batchTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid batchTimeout: %s (must be > 0)".formatted(batchTimeout));
    }
  }

  /**
   * Derives a configuration: 16 requests for each of {@code numWorkers}, or 64 if it is 0, and
   * {@code prefetch} batches, but 2 at least.
   */
  public static PoolConfig fromLoaderOptions(LoaderOptions options) {
    int workers = options.numWorkers();
    return DEFAULT
        .withPoolSize(
            workers > 0 ? Math.multiplyExact(workers, REQUESTS_OF_A_WORKER) : DEFAULT.poolSize)
        .withReadaheadBatches(Math.max(options.prefetch(), LEAST_READAHEAD));
  }

  public PoolConfig withPoolSize(int requests) {
    return new PoolConfig(requests, readaheadBatches, batchTimeout);
  }

  public PoolConfig withReadaheadBatches(int batches) {
    return new PoolConfig(poolSize, batches, batchTimeout);
  }

  public PoolConfig withBatchTimeout(Duration limit) {
    return new PoolConfig(poolSize, readaheadBatches, limit);
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException("Invalid %s: %d (must be > 0)".formatted(name, value));
    }
  }
}
