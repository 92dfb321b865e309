package io.s3dlio.spark.config;

import io.s3dlio.datagen.SizeDistribution;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import io.s3dlio.storage.tuning.SizeSummary;
import io.s3dlio.storage.tuning.WorkloadType;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Settings of reads and writes that follow the sizes of the objects, where nobody made them. */
public final class TuningOptions {
  private static final OptionKey<Boolean> ADAPTIVE =
      OptionKeys.flag(
          "adaptive",
          Scope.CONNECTION,
          false,
          "Whether `maxConcurrency` and `partSize`, and of reads `maxBatchBytes`, follow the sizes of"
              + " the objects where they are not set"
              + " ([Adaptive tuning](guide.md#adaptive-tuning)). Batches of `file://`, and those of"
              + " `batchSize`, stay as they are.");

  private static final OptionKey<WorkloadType> WORKLOAD_TYPE =
      OptionKeys.choice(
          "workloadType",
          Scope.CONNECTION,
          WorkloadType.class,
          WorkloadType.UNKNOWN,
          "Of `adaptive`: which objects to expect: below 1 MiB, up to 64 MiB, above that, or many of"
              + " whatever size. `unknown` goes by those that are listed, or by `objectSize`.");

  /** The default of batches, which a task may have however small its share of the memory is. */
  private static final long LEAST_BATCH_BYTES = 16L << 20;

  private static final int SAMPLES = 1000;

  private TuningOptions() {}

  static List<OptionKey<?>> all() {
    return List.of(ADAPTIVE, WORKLOAD_TYPE);
  }

  /** Returns whether settings follow what is found out of the objects. */
  public static boolean followSizes(ResolvedOptions options) {
    return options.value(ADAPTIVE) && options.value(WORKLOAD_TYPE) == WorkloadType.UNKNOWN;
  }

  /**
   * Returns a read's options with those that follow the workload in place of defaults.
   *
   * @param sizes of the objects that are read
   * @param files whether all of them are on {@code file://}
   * @param memory the bytes that a task may hold
   */
  public static ResolvedOptions ofRead(
      ResolvedOptions options, SizeSummary sizes, boolean files, long memory) {
    AdaptiveConfig config = config(options);
    if (!config.isEnabled()) {
      return options;
    }
    ResolvedOptions result = options;
    if (options.value(PoolOptions.SIZE).isEmpty()) {
      result = result.withAdaptive(ReadOptions.MAX_CONCURRENCY, concurrency(config, sizes));
    }
    if (options.value(ReadOptions.RANGE_CHUNK_SIZE).isEmpty()) {
      result = result.withAdaptive(ReadOptions.PART_SIZE, partSize(config, sizes));
    }
    if (!files && options.value(ReadOptions.BATCH_SIZE).isEmpty()) {
      long share = memory / (PoolOptions.prefetch(options) + 1);
      long bytes = config.batchBytes(OptionalLong.empty(), 0, sizes).value();
      long bounded = Math.min(bytes, Math.max(LEAST_BATCH_BYTES, share));
      result = result.withAdaptive(ReadOptions.MAX_BATCH_BYTES, Sizes.format(bounded));
    }
    return result;
  }

  /** Returns a write's options with those that follow the workload in place of defaults. */
  public static ResolvedOptions ofWrite(ResolvedOptions options) {
    AdaptiveConfig config = config(options);
    if (!config.isEnabled()) {
      return options;
    }
    SizeSummary sizes =
        options
            .value(WriteOptions.OBJECT_SIZE)
            .map(TuningOptions::sizes)
            .orElse(SizeSummary.UNKNOWN);
    return options
        .withAdaptive(WriteOptions.MAX_CONCURRENCY, concurrency(config, sizes))
        .withAdaptive(WriteOptions.PART_SIZE, partSize(config, sizes));
  }

  private static SizeSummary sizes(SizeDistribution distribution) {
    SizeSummary.Builder sizes = new SizeSummary.Builder();
    for (long index = 0; index < SAMPLES; index++) {
      sizes.add(distribution.size(0, index));
    }
    return sizes.build();
  }

  private static AdaptiveConfig config(ResolvedOptions options) {
    WorkloadType type = options.value(WORKLOAD_TYPE);
    if (options.value(ADAPTIVE)) {
      return AdaptiveConfig.ENABLED.withWorkloadType(type);
    }
    options.requireNotSet(WORKLOAD_TYPE, "it means nothing without adaptive=true");
    return AdaptiveConfig.DISABLED;
  }

  private static String concurrency(AdaptiveConfig config, SizeSummary sizes) {
    return String.valueOf(config.maxConcurrency(OptionalInt.empty(), 0, sizes).value());
  }

  private static String partSize(AdaptiveConfig config, SizeSummary sizes) {
    return Sizes.format(config.partSize(OptionalInt.empty(), 0, sizes).value());
  }
}
