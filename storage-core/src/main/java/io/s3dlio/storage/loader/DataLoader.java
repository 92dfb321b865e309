package io.s3dlio.storage.loader;

import java.io.IOException;

/**
 * Loads the items of a data set in batches, in the order of the epoch, fetching items of several
 * batches at the same time.
 *
 * <pre>{@code
 * try (DataLoader loader = DataLoader.createLoader("s3://bucket/train/", LoaderOptions.DEFAULT);
 *     BatchStream batches = loader.stream()) {
 *   while (batches.hasNext()) {
 *     train(batches.next());
 *   }
 * }
 * }</pre>
 *
 * <p>It holds the batches that are fetched ahead ({@link LoaderOptions#withPrefetch}), the one that
 * is awaited, and nothing else. Thread-safe; each stream has one consumer.
 */
public final class DataLoader implements AutoCloseable {
  private final LoaderCore core;
  private final LoaderSettings settings;

  /**
   * @throws IllegalArgumentException if the options contradict each other or the data set
   */
  public DataLoader(Dataset dataset, LoaderOptions options) {
    this(new LoaderCore(dataset, options, false));
  }

  private DataLoader(LoaderCore core) {
    this.core = core;
    this.settings = LoaderSettings.of(core.options(), core.drawnSeed(), core.sizes());
  }

  /** Opens what {@link Dataset#createDataset} does, which is closed with the loader. */
  public static DataLoader createLoader(String uri, LoaderOptions options) throws IOException {
    return new DataLoader(new LoaderCore(Dataset.createDataset(uri, options), options, true));
  }

  /**
   * Begins the next epoch: the first one is that of the options, and each stream the one after the
   * last.
   *
   * @throws IllegalArgumentException if there are more items than can be shuffled
   * @throws IllegalStateException if the loader was closed
   */
  public BatchStream stream() {
    return stream(core.nextEpoch());
  }

  /** Begins an epoch; the next one by itself comes after it. */
  public BatchStream stream(long epoch) {
    return core.stream(settings, epoch);
  }

  /** Returns the values in force. */
  public LoaderSettings settings() {
    return settings;
  }

  /** Returns the values in force, one a line, each with where it came from. */
  public String explain() {
    return settings.toString();
  }

  /** Returns the seed of the shuffle, drawn or set. */
  public long seed() {
    return settings.seed().value();
  }

  /** Ends all streams, and the threads once what is in flight has drained. Idempotent. */
  @Override
  public void close() {
    core.close();
  }
}
