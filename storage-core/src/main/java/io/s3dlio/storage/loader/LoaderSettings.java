package io.s3dlio.storage.loader;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import io.s3dlio.storage.tuning.Origin;
import io.s3dlio.storage.tuning.Setting;
import io.s3dlio.storage.tuning.SizeSummary;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values in force in a loader, and where each came from. Immutable. */
public final class LoaderSettings {
  private final LoaderOptions options;
  private final Setting<Long> seed;
  private final Setting<Integer> partSize;
  private final Setting<Integer> maxConcurrency;
  private final Setting<Long> batchBytes;

  /** Level 2; null for a loader that has none. */
  private final @Nullable Pool pool;

  /** Level 2 with its origins. */
  private record Pool(
      Setting<Integer> poolSize,
      Setting<Integer> readaheadBatches,
      Setting<Duration> batchTimeout) {}

  private LoaderSettings(
      LoaderOptions options,
      long drawnSeed,
      SizeSummary sizes,
      Setting<Integer> maxConcurrency,
      @Nullable Pool pool) {
    AdaptiveConfig adaptive = options.adaptive();
    this.options = options;
    this.seed = setting(options.seed().orElse(drawnSeed), options.seed().isPresent());
    this.partSize =
        options.range().isPresent()
            ? setting(
                Math.toIntExact(Math.min(options.range().get().chunkSize(), Integer.MAX_VALUE)),
                true)
            : adaptive.partSize(options.partSize(), LoaderOptions.DEFAULT_PART_SIZE, sizes);
    this.maxConcurrency = maxConcurrency;
    this.batchBytes = adaptive.batchBytes(OptionalLong.empty(), Long.MAX_VALUE, sizes);
    this.pool = pool;
  }

  /** Returns what is in force in a {@link DataLoader}. */
  static LoaderSettings of(LoaderOptions options, long drawnSeed, SizeSummary sizes) {
    Setting<Integer> requests =
        options
            .adaptive()
            .maxConcurrency(options.maxConcurrency(), LoaderOptions.DEFAULT_MAX_CONCURRENCY, sizes);
    return new LoaderSettings(options, drawnSeed, sizes, requests, null);
  }

  /** Returns what is in force in an {@link AsyncPoolDataLoader} whose pool somebody configured. */
  static LoaderSettings of(
      LoaderOptions options, long drawnSeed, SizeSummary sizes, PoolConfig config) {
    return ofPool(
        options,
        drawnSeed,
        sizes,
        new Pool(
            setting(config.poolSize(), true),
            setting(config.readaheadBatches(), true),
            setting(config.batchTimeout(), true)));
  }

  /**
   * Returns what is in force in an {@link AsyncPoolDataLoader} whose pool nobody configured: what
   * the options set is derived from them, and only that.
   */
  static LoaderSettings ofDefaultPool(LoaderOptions options, long drawnSeed, SizeSummary sizes) {
    PoolConfig derived = PoolConfig.fromLoaderOptions(options);
    boolean sized = options.setsNumWorkers() && options.numWorkers() > 0;
    Setting<Integer> poolSize =
        options
            .adaptive()
            .maxConcurrency(
                sized ? OptionalInt.of(derived.poolSize()) : OptionalInt.empty(),
                PoolConfig.DEFAULT.poolSize(),
                sizes);
    Setting<Integer> readahead =
        options.setsPrefetch()
            ? setting(derived.readaheadBatches(), true)
            : setting(PoolConfig.DEFAULT.readaheadBatches(), false);
    Setting<Duration> timeout = setting(PoolConfig.DEFAULT.batchTimeout(), false);
    return ofPool(options, drawnSeed, sizes, new Pool(poolSize, readahead, timeout));
  }

  private static LoaderSettings ofPool(
      LoaderOptions options, long drawnSeed, SizeSummary sizes, Pool pool) {
    OptionalInt most = options.maxConcurrency();
    boolean lowered = most.isPresent() && most.getAsInt() < pool.poolSize.value();
    Setting<Integer> requests = lowered ? setting(most.getAsInt(), true) : pool.poolSize;
    return new LoaderSettings(options, drawnSeed, sizes, requests, pool);
  }

  private static <T> Setting<T> setting(T value, boolean explicit) {
    return new Setting<>(value, explicit ? Origin.EXPLICIT : Origin.DEFAULT);
  }

  /** Returns how many requests are in flight at most. */
  public Setting<Integer> maxConcurrency() {
    return maxConcurrency;
  }

  /** Returns the size of the ranges in which larger objects are read, in bytes. */
  public Setting<Integer> partSize() {
    return partSize;
  }

  /**
   * Returns how many bytes the batches may have together that are under way or ready. One batch may
   * have more.
   */
  public Setting<Long> batchBytes() {
    return batchBytes;
  }

  /** Returns the seed of the shuffle. */
  public Setting<Long> seed() {
    return seed;
  }

  /** Returns how many batches are ready, or under way and awaited next, before no more start. */
  int readahead() {
    return pool == null ? options.prefetch() : pool.readaheadBatches.value();
  }

  /** Returns how many batches at most were started and not taken. */
  int window() {
    if (pool == null) {
      return options.prefetch();
    }
    int filling = (maxConcurrency.value() - 1) / options.batchSize() + 1;
    return pool.readaheadBatches.value() + filling;
  }

  /** Returns how many batches are filled at the same time. */
  int batchesAtOnce() {
    return pool == null && options.numWorkers() > 0 ? options.numWorkers() : Integer.MAX_VALUE;
  }

  /** Returns whether batches come in the order of the epoch. */
  boolean isOrdered() {
    return pool == null;
  }

  Optional<Duration> batchTimeout() {
    return pool == null ? Optional.empty() : Optional.of(pool.batchTimeout.value());
  }

  /** Returns how a store's objects are cut into ranges. */
  RangeEngineConfig ranges(ObjectStore store) {
    return options.range().orElseGet(() -> ranges(store.rangeDefaults()));
  }

  private RangeEngineConfig ranges(RangeEngineConfig defaults) {
    int part = partSize.value();
    RangeEngineConfig ranges = defaults.withChunkSize(part);
    // Who asks for small ranges gets them of small objects, too.
    return partSize.origin() == Origin.DEFAULT
        ? ranges
        : ranges.withMinSplitSize(Math.min(defaults.minSplitSize(), part));
  }

  /** Returns all settings by their names. */
  public Map<String, Setting<?>> byName() {
    Map<String, Setting<?>> all = new LinkedHashMap<>();
    all.put("batchSize", setting(options.batchSize(), options.setsBatchSize()));
    all.put("maxConcurrency", maxConcurrency);
    if (pool == null) {
      all.put("prefetch", setting(options.prefetch(), options.setsPrefetch()));
      all.put("numWorkers", setting(options.numWorkers(), options.setsNumWorkers()));
    } else {
      all.put("pool.size", pool.poolSize);
      all.put("pool.readaheadBatches", pool.readaheadBatches);
      all.put("pool.batchTimeout", pool.batchTimeout);
    }
    options
        .range()
        .ifPresentOrElse(
            range -> {
              all.put("range.chunkSize", setting(range.chunkSize(), true));
              all.put("range.maxConcurrentRanges", setting(range.maxConcurrentRanges(), true));
              all.put("range.minSplitSize", setting(range.minSplitSize(), true));
              all.put("range.timeout", setting(range.timeout(), true));
            },
            () -> all.put("partSize", partSize));
    if (batchBytes.origin() != Origin.DEFAULT) {
      all.put("batchBytes", batchBytes);
    }
    all.put("shuffle", setting(options.shuffle(), options.setsShuffle()));
    if (options.shuffle()) {
      all.put("seed", seed);
    }
    all.put("epoch", setting(options.epoch(), options.setsEpoch()));
    all.put("shard", setting(options.shard(), options.setsShard()));
    all.put("dropLast", setting(options.dropLast(), options.setsDropLast()));
    all.put("errorPolicy", setting(options.errorPolicy(), options.setsErrorPolicy()));
    all.put("leases", setting(options.leases(), options.setsLeases()));
    all.put("pinMemory", setting(options.pinMemory(), options.setsPinMemory()));
    all.put(
        "persistentWorkers", setting(options.persistentWorkers(), options.setsPersistentWorkers()));
    return all;
  }

  /** Returns a line for each setting: {@code maxConcurrency = 64 (adaptive)}. */
  @Override
  public String toString() {
    return byName().entrySet().stream()
        .map(
            each ->
                "%s = %s (%s)"
                    .formatted(each.getKey(), each.getValue().value(), each.getValue().origin()))
        .collect(Collectors.joining("\n"));
  }
}
