package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Level 1 of the configuration: which batches a loader makes and how it goes through its data set.
 * Immutable; each {@code with} returns a copy. It knows what was set: {@link AdaptiveConfig} and
 * defaults fill in only the rest.
 */
public final class LoaderOptions {
  /** Nothing is set. */
  public static final LoaderOptions DEFAULT = new LoaderOptions();

  static final int DEFAULT_BATCH_SIZE = 32;
  static final int DEFAULT_PREFETCH = 2;
  static final int DEFAULT_MAX_CONCURRENCY = 16;
  static final int DEFAULT_PART_SIZE = 8 << 20;

  // Written while a copy is made, and never after.
  private OptionalInt batchSize = OptionalInt.empty();
  private OptionalInt prefetch = OptionalInt.empty();
  private OptionalInt maxConcurrency = OptionalInt.empty();
  private OptionalInt partSize = OptionalInt.empty();
  private OptionalInt numWorkers = OptionalInt.empty();
  private Optional<Boolean> shuffle = Optional.empty();
  private Optional<Boolean> dropLast = Optional.empty();
  private Optional<Boolean> pinMemory = Optional.empty();
  private Optional<Boolean> persistentWorkers = Optional.empty();
  private Optional<Boolean> leases = Optional.empty();
  private OptionalLong seed = OptionalLong.empty();
  private OptionalLong epoch = OptionalLong.empty();
  private Optional<Shard> shard = Optional.empty();
  private Optional<ErrorPolicy> errorPolicy = Optional.empty();
  private Optional<AdaptiveConfig> adaptive = Optional.empty();
  private Optional<RangeEngineConfig> range = Optional.empty();
  private Optional<StoreConfig> storeConfig = Optional.empty();
  private Optional<CancellationToken> token = Optional.empty();

  private LoaderOptions() {}

  private LoaderOptions(LoaderOptions from) {
    batchSize = from.batchSize;
    prefetch = from.prefetch;
    maxConcurrency = from.maxConcurrency;
    partSize = from.partSize;
    numWorkers = from.numWorkers;
    shuffle = from.shuffle;
    dropLast = from.dropLast;
    pinMemory = from.pinMemory;
    persistentWorkers = from.persistentWorkers;
    leases = from.leases;
    seed = from.seed;
    epoch = from.epoch;
    shard = from.shard;
    errorPolicy = from.errorPolicy;
    adaptive = from.adaptive;
    range = from.range;
    storeConfig = from.storeConfig;
    token = from.token;
  }

  /**
   * Which part of every epoch a loader has.
   *
   * @param rank from 0 to {@code worldSize} - 1
   * @param worldSize how many loaders share an epoch
   */
  record Shard(int rank, int worldSize) {
    static final Shard WHOLE = new Shard(0, 1);

    Shard {
      if (worldSize < 1 || rank < 0 || rank >= worldSize) {
        throw new IllegalArgumentException(
            "Invalid shard: rank %d of %d (must be from 0 to before the size)"
                .formatted(rank, worldSize));
      }
    }

    @Override
    public String toString() {
      return "%d of %d".formatted(rank, worldSize);
    }
  }

  private LoaderOptions with(Consumer<LoaderOptions> change) {
    LoaderOptions copy = new LoaderOptions(this);
    change.accept(copy);
    return copy;
  }

  /** Sets how many items a batch has; 32 unless set. */
  public LoaderOptions withBatchSize(int items) {
    requireAtLeast("batchSize", items, 1);
    return with(copy -> copy.batchSize = OptionalInt.of(items));
  }

  /**
   * Sets how many batches are fetched ahead of the one that was taken last; 2 unless set, 0 for
   * none until somebody waits.
   */
  public LoaderOptions withPrefetch(int batches) {
    requireAtLeast("prefetch", batches, 0);
    return with(copy -> copy.prefetch = OptionalInt.of(batches));
  }

  /**
   * Sets how many requests the loader has in flight at most; 16 unless set. In an {@link
   * AsyncPoolDataLoader} it lowers the pool's size, but only if it is set.
   */
  public LoaderOptions withMaxConcurrency(int requests) {
    requireAtLeast("maxConcurrency", requests, 1);
    return with(copy -> copy.maxConcurrency = OptionalInt.of(requests));
  }

  /**
   * Sets in ranges of which size larger objects are read, in bytes; 8 MiB unless set. It takes the
   * place of the store's own chunk size, and {@link #withRange} that of this.
   */
  public LoaderOptions withPartSize(int bytes) {
    requireAtLeast("partSize", bytes, 1);
    return with(copy -> copy.partSize = OptionalInt.of(bytes));
  }

  /**
   * Sets how many batches are filled at the same time, as workers of PyTorch fill one each; 0, the
   * default, for as many as are fetched ahead. In an {@link AsyncPoolDataLoader} it is 16 requests
   * each ({@link PoolConfig#fromLoaderOptions}).
   */
  public LoaderOptions withNumWorkers(int workers) {
    requireAtLeast("numWorkers", workers, 0);
    return with(copy -> copy.numWorkers = OptionalInt.of(workers));
  }

  /** Sets whether each epoch is in an order of its own, which follows from the seed. */
  public LoaderOptions withShuffle(boolean shuffled) {
    return with(copy -> copy.shuffle = Optional.of(shuffled));
  }

  /**
   * Sets the seed of the shuffle. Unless it is set, each loader draws one; loaders that share an
   * epoch by {@link #withShard} must have the same.
   */
  public LoaderOptions withSeed(long number) {
    return with(copy -> copy.seed = OptionalLong.of(number));
  }

  /**
   * Sets whether what does not fill a batch at the end of an epoch is left out. With shards it is
   * left out in such a way that all ranks have equally many batches.
   */
  public LoaderOptions withDropLast(boolean drops) {
    return with(copy -> copy.dropLast = Optional.of(drops));
  }

  /**
   * Sets whether batches lie in memory of whole pages that the system may not swap out; as far as
   * its limit allows, which {@link Batch#isPinned} tells.
   */
  public LoaderOptions withPinMemory(boolean pins) {
    return with(copy -> copy.pinMemory = Optional.of(pins));
  }

  /**
   * Sets whether the loader keeps its threads between epochs, until it is closed; else they end
   * with each stream.
   */
  public LoaderOptions withPersistentWorkers(boolean keeps) {
    return with(copy -> copy.persistentWorkers = Optional.of(keeps));
  }

  /**
   * Sets whether batches lie in memory that is used again once they are closed, and that only
   * closing them gives back. Else it belongs to the garbage collector.
   */
  public LoaderOptions withLeases(boolean leased) {
    return with(copy -> copy.leases = Optional.of(leased));
  }

  /** Lets what is not set here follow the sizes of the data set's items. */
  public LoaderOptions withAdaptive() {
    return withAdaptiveConfig(AdaptiveConfig.ENABLED);
  }

  /** Sets what the settings follow that are not set here; {@link AdaptiveConfig#DISABLED} else. */
  public LoaderOptions withAdaptiveConfig(AdaptiveConfig config) {
    requireNonNull(config, "config is null");
    return with(copy -> copy.adaptive = Optional.of(config));
  }

  /** Sets what cancels all streams of the loader; several loaders may share it. */
  public LoaderOptions withCancellationToken(CancellationToken cancels) {
    requireNonNull(cancels, "cancels is null");
    return with(copy -> copy.token = Optional.of(cancels));
  }

  /**
   * Sets which part of every epoch this loader has: of the epoch's order, shuffled or not, every
   * {@code worldSize}-th item from the {@code rank}-th on. The shards of all ranks are disjoint and
   * complete, and their sizes differ by one at most.
   */
  public LoaderOptions withShard(int rank, int worldSize) {
    Shard part = new Shard(rank, worldSize);
    return with(copy -> copy.shard = Optional.of(part));
  }

  /** Sets the number of the first epoch; 0 unless set. */
  public LoaderOptions withEpoch(long number) {
    return with(copy -> copy.epoch = OptionalLong.of(number));
  }

  /** Sets what becomes of an epoch when items cannot be read; {@link ErrorPolicy#fail} else. */
  public LoaderOptions withErrorPolicy(ErrorPolicy policy) {
    requireNonNull(policy, "policy is null");
    return with(copy -> copy.errorPolicy = Optional.of(policy));
  }

  /** Sets level 3: how objects are cut into ranges, in place of the stores' own ways. */
  public LoaderOptions withRange(RangeEngineConfig config) {
    requireNonNull(config, "config is null");
    return with(copy -> copy.range = Optional.of(config));
  }

  /**
   * Sets how stores are opened by {@link Dataset#createDataset} and the loaders' own {@code create}
   * methods. A loader of a data set that there is already refuses another one than that has.
   */
  public LoaderOptions withStoreConfig(StoreConfig config) {
    requireNonNull(config, "config is null");
    return with(copy -> copy.storeConfig = Optional.of(config));
  }

  public int batchSize() {
    return batchSize.orElse(DEFAULT_BATCH_SIZE);
  }

  public int prefetch() {
    return prefetch.orElse(DEFAULT_PREFETCH);
  }

  public int numWorkers() {
    return numWorkers.orElse(0);
  }

  public boolean shuffle() {
    return shuffle.orElse(false);
  }

  public OptionalLong seed() {
    return seed;
  }

  public boolean dropLast() {
    return dropLast.orElse(false);
  }

  public boolean pinMemory() {
    return pinMemory.orElse(false);
  }

  public boolean persistentWorkers() {
    return persistentWorkers.orElse(false);
  }

  public boolean leases() {
    return leases.orElse(false);
  }

  public long epoch() {
    return epoch.orElse(0);
  }

  public int rank() {
    return shard().rank();
  }

  public int worldSize() {
    return shard().worldSize();
  }

  public ErrorPolicy errorPolicy() {
    return errorPolicy.orElse(ErrorPolicy.fail());
  }

  public AdaptiveConfig adaptive() {
    return adaptive.orElse(AdaptiveConfig.DISABLED);
  }

  public Optional<RangeEngineConfig> range() {
    return range;
  }

  public StoreConfig storeConfig() {
    return storeConfig.orElse(StoreConfig.DEFAULT);
  }

  public Optional<CancellationToken> cancellationToken() {
    return token;
  }

  Shard shard() {
    return shard.orElse(Shard.WHOLE);
  }

  /** Returns the part size that was set; {@link LoaderSettings} has the one in force. */
  public OptionalInt partSize() {
    return partSize;
  }

  /** Returns the concurrency that was set; {@link LoaderSettings} has the one in force. */
  public OptionalInt maxConcurrency() {
    return maxConcurrency;
  }

  // Whether a setting was set is a setting's origin.

  boolean setsBatchSize() {
    return batchSize.isPresent();
  }

  boolean setsPrefetch() {
    return prefetch.isPresent();
  }

  boolean setsNumWorkers() {
    return numWorkers.isPresent();
  }

  boolean setsShuffle() {
    return shuffle.isPresent();
  }

  boolean setsDropLast() {
    return dropLast.isPresent();
  }

  boolean setsPinMemory() {
    return pinMemory.isPresent();
  }

  boolean setsPersistentWorkers() {
    return persistentWorkers.isPresent();
  }

  boolean setsLeases() {
    return leases.isPresent();
  }

  boolean setsEpoch() {
    return epoch.isPresent();
  }

  boolean setsShard() {
    return shard.isPresent();
  }

  boolean setsErrorPolicy() {
    return errorPolicy.isPresent();
  }

  boolean setsStoreConfig() {
    return storeConfig.isPresent();
  }

  private static void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be >= %d)".formatted(name, value, least));
    }
  }
}
