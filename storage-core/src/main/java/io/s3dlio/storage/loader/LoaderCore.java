package io.s3dlio.storage.loader;

import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.loader.LoadWindow.Epoch;
import io.s3dlio.storage.tuning.SizeSummary;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What both loaders have in common: who owns what, and how a stream begins. Thread-safe. */
final class LoaderCore implements AutoCloseable {
  private final Dataset dataset;
  private final LoaderOptions options;
  private final boolean ownsDataset;
  private final long drawnSeed;
  private final BatchMemory memory;
  private final Workers workers;
  private final Set<LoadWindow> windows = ConcurrentHashMap.newKeySet();
  private final AtomicInteger subscribers = new AtomicInteger();
  private long nextEpoch;

  /**
   * @param ownsDataset whether it is closed with the loader
   */
  LoaderCore(Dataset dataset, LoaderOptions options, boolean ownsDataset) {
    this(dataset, options, ownsDataset, memory(options));
  }

  LoaderCore(Dataset dataset, LoaderOptions options, boolean ownsDataset, BatchMemory memory) {
    if (options.setsStoreConfig() && !options.storeConfig().equals(dataset.storeConfig())) {
      throw new IllegalArgumentException(
          "Invalid storeConfig: it is not the data set's, whose stores are opened with its own");
    }
    if (options.shuffle() && options.worldSize() > 1 && options.seed().isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid options: shuffle without a seed, and %d loaders share each epoch (give all of"
                  .formatted(options.worldSize())
              + " them the same)");
    }
    this.dataset = dataset;
    this.options = options;
    this.ownsDataset = ownsDataset;
    this.drawnSeed = new SplittableRandom().nextLong();
    this.memory = memory;
    this.workers = new Workers(options.persistentWorkers());
    this.nextEpoch = options.epoch();
  }

  private static BatchMemory memory(LoaderOptions options) {
    BatchMemory memory =
        options.leases()
            ? new LeasedMemory(BufferPool.shared())
            : new CollectedMemory(options.pinMemory() ? BufferPool.ALIGNMENT : 1);
    return options.pinMemory() ? new PinnedMemory(memory, MemoryLock::lock) : memory;
  }

  Dataset dataset() {
    return dataset;
  }

  LoaderOptions options() {
    return options;
  }

  /** Returns what is known of the sizes, if anything is to follow them. */
  SizeSummary sizes() {
    return options.adaptive().isEnabled() ? dataset.sizes() : SizeSummary.UNKNOWN;
  }

  long drawnSeed() {
    return drawnSeed;
  }

  /** Returns the number of the next epoch and counts on. */
  synchronized long nextEpoch() {
    return nextEpoch++;
  }

  /** Opens a stream of one epoch; those that follow by themselves come after it. */
  BatchStream stream(LoaderSettings settings, long number) {
    synchronized (this) {
      nextEpoch = number + 1;
    }
    boolean equal = options.dropLast();
    Sampler sampler =
        options.shuffle()
            ? Sampler.shuffled(
                dataset.size(), options.shard(), equal, settings.seed().value(), number)
            : Sampler.inOrder(dataset.size(), options.shard(), equal);
    Epoch epoch = Epoch.of(number, sampler, options.batchSize(), options.dropLast());
    LoadWindow window =
        new LoadWindow(dataset, settings, epoch, memory, options.errorPolicy(), workers);
    windows.removeIf(LoadWindow::isOver);
    windows.add(window);
    window.open(options.cancellationToken());
    String thread = workers.name() + "subscriber-" + subscribers.getAndIncrement();
    return new BatchStream(window, thread);
  }

  /** Ends all streams and threads, without waiting. */
  @Override
  public void close() {
    windows.forEach(window -> window.end("the loader was closed"));
    windows.clear();
    workers.close();
    if (ownsDataset) {
      dataset.close();
    }
  }
}
