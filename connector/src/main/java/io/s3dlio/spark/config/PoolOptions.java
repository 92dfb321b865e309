package io.s3dlio.spark.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Level 2 of the configuration: how batches are filled, in place of what level 1 says. */
public final class PoolOptions {
  static final OptionKey<Optional<Integer>> SIZE =
      OptionKeys.optional(
          "pool.size",
          Scope.READ,
          "1 to 1024",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 1024)),
          "How many ranges one task has in flight at most, in place of `maxConcurrency`.");

  static final OptionKey<Optional<Integer>> READAHEAD_BATCHES =
      OptionKeys.optional(
          "pool.readaheadBatches",
          Scope.READ,
          "0 to 1024",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 0, 1024)),
          "How many batches are read ahead of the one in use, in place of `prefetch`.");

  public static final OptionKey<Optional<Duration>> BATCH_TIMEOUT =
      OptionKeys.optional(
          "pool.batchTimeout",
          Scope.READ,
          "time, 1ms to 1d",
          text -> Sizes.parseDurationWithin(text, Duration.ofMillis(1), Duration.ofDays(1)),
          "How long a task waits for a batch at most; then it fails. Unset: as long as the batch's"
              + " ranges take, each within `range.timeout`.");

  private PoolOptions() {}

  static List<OptionKey<?>> all() {
    return List.of(SIZE, READAHEAD_BATCHES, BATCH_TIMEOUT);
  }

  /** Returns how many ranges a task has in flight at most. */
  public static int concurrency(ResolvedOptions options) {
    return inPlaceOf(ReadOptions.MAX_CONCURRENCY, SIZE, options);
  }

  /** Returns how many batches are read ahead. */
  public static int prefetch(ResolvedOptions options) {
    return inPlaceOf(ReadOptions.PREFETCH, READAHEAD_BATCHES, options);
  }

  private static int inPlaceOf(
      OptionKey<Integer> level1, OptionKey<Optional<Integer>> level2, ResolvedOptions options) {
    Optional<Integer> value = options.value(level2);
    if (value.isPresent()) {
      options.requireNotSet(level1, "%s is in its place: set one of them".formatted(level2));
    }
    return value.orElseGet(() -> options.value(level1));
  }
}
