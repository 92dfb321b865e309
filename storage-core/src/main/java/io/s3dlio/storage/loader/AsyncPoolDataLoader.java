package io.s3dlio.storage.loader;

import io.s3dlio.storage.tuning.SizeSummary;
import java.io.IOException;

/**
 * Loads the items of a data set in batches, each delivered as soon as it is whole: a slow object
 * delays its own batch and no other. Which items make a batch, and which batch starts first,
 * follows from the epoch's order as in a {@link DataLoader}.
 *
 * <p>{@link PoolConfig#poolSize} requests are in flight while there is something to request; no
 * batch starts while {@link PoolConfig#readaheadBatches} are ready. So it holds at most these, and
 * as many more as the requests fill. Thread-safe; each stream has one consumer.
 */
public final class AsyncPoolDataLoader implements AutoCloseable {
  private final LoaderCore core;
  private final SizeSummary sizes;

  /**
   * @throws IllegalArgumentException if the options contradict each other or the data set
   */
  public AsyncPoolDataLoader(Dataset dataset, LoaderOptions options) {
    this(new LoaderCore(dataset, options, false));
  }

  private AsyncPoolDataLoader(LoaderCore core) {
    this.core = core;
    this.sizes = core.sizes();
  }

  /** Opens what {@link Dataset#createDataset} does, which is closed with the loader. */
  public static AsyncPoolDataLoader createAsyncLoader(String uri, LoaderOptions options)
      throws IOException {
    return new AsyncPoolDataLoader(
        new LoaderCore(Dataset.createDataset(uri, options), options, true));
  }

  /**
   * Begins the next epoch with {@link PoolConfig#DEFAULT}. Where the options set {@code numWorkers}
   * or {@code prefetch}, what {@link PoolConfig#fromLoaderOptions} makes of it takes the default's
   * place; where they are adaptive, so does what the sizes give.
   *
   * @throws IllegalArgumentException if there are more items than can be shuffled
   * @throws IllegalStateException if the loader was closed
   */
  public BatchStream stream() {
    return core.stream(settings(), core.nextEpoch());
  }

  /** Begins the next epoch with a pool of one's own. */
  public BatchStream stream(PoolConfig pool) {
    return core.stream(settings(pool), core.nextEpoch());
  }

  /** Begins an epoch; the next one by itself comes after it. */
  public BatchStream stream(PoolConfig pool, long epoch) {
    return core.stream(settings(pool), epoch);
  }

  /** Begins an epoch as {@link #stream()} does; the next one by itself comes after it. */
  public BatchStream stream(long epoch) {
    return core.stream(settings(), epoch);
  }

  /** Returns the values in force in {@link #stream()}. */
  public LoaderSettings settings() {
    return LoaderSettings.ofDefaultPool(core.options(), core.drawnSeed(), sizes);
  }

  /** Returns the values in force in {@link #stream(PoolConfig)}. */
  public LoaderSettings settings(PoolConfig pool) {
    return LoaderSettings.of(core.options(), core.drawnSeed(), sizes, pool);
  }

  /** Returns the values in force, one a line, each with where it came from. */
  public String explain() {
    return settings().toString();
  }

  /** Returns the seed of the shuffle, drawn or set. */
  public long seed() {
    return settings().seed().value();
  }

  /** Ends all streams, and the threads once what is in flight has drained. Idempotent. */
  @Override
  public void close() {
    core.close();
  }
}
