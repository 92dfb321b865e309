package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every item of an epoch comes once, in the order and in the batches that the options say. */
class LoaderModelTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * @param failing per mille of the items
   * @param named whether the sizes are unknown before
   */
  record Run(
      int items,
      int batchSize,
      int prefetch,
      int numWorkers,
      int maxConcurrency,
      int worldSize,
      boolean shuffle,
      boolean dropLast,
      boolean leases,
      boolean named,
      boolean pool,
      int failing,
      long seed) {
    LoaderOptions options(int rank) {
      return LoaderOptions.DEFAULT
          .withBatchSize(batchSize)
          .withPrefetch(prefetch)
          .withNumWorkers(numWorkers)
          .withMaxConcurrency(maxConcurrency)
          .withPartSize(100)
          .withShard(rank, worldSize)
          .withShuffle(shuffle)
          .withSeed(seed)
          .withDropLast(dropLast)
          .withLeases(leases)
          .withErrorPolicy(ErrorPolicy.skip(items));
    }

    PatternObjects objects() {
      Random random = new Random(seed);
      PatternObjects objects = new PatternObjects();
      for (int i = 0; i < items; i++) {
        int size = random.nextInt(4) == 0 ? 0 : random.nextInt(500);
        objects.with(PatternObjects.key(i), size);
      }
      return objects;
    }

    Set<String> broken() {
      Random random = new Random(~seed);
      Set<String> broken = new HashSet<>();
      for (int i = 0; i < items; i++) {
        if (random.nextInt(1000) < failing) {
          broken.add(PatternObjects.key(i));
        }
      }
      return broken;
    }

    Sampler order(int rank) {
      LoaderOptions options = options(rank);
      return shuffle
          ? Sampler.shuffled(items, options.shard(), dropLast, seed, 0)
          : Sampler.inOrder(items, options.shard(), dropLast);
    }
  }

  @Provide
  Arbitrary<Run> runs() {
    return Combinators.combine(
            Combinators.combine(
                    Arbitraries.integers().between(0, 120),
                    Arbitraries.integers().between(1, 40),
                    Arbitraries.integers().between(0, 4),
                    Arbitraries.integers().between(0, 3),
                    Arbitraries.integers().between(1, 20))
                .as(List::of),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(true, false).list().ofSize(5),
            Arbitraries.of(0, 0, 30, 300),
            Arbitraries.longs())
        .as(
            (sizes, worldSize, flags, failing, seed) ->
                new Run(
                    sizes.get(0),
                    sizes.get(1),
                    sizes.get(2),
                    sizes.get(3),
                    sizes.get(4),
                    worldSize,
                    flags.get(0),
                    flags.get(1),
                    flags.get(2),
                    flags.get(3),
                    flags.get(4),
                    failing,
                    seed));
  }

  @Property(tries = 300)
  void everyItemComesOnceInItsBatch(@ForAll("runs") Run run) throws Exception {
    long leased = BufferPool.shared().stats().leasedBytes();
    PatternObjects objects = run.objects();
    Set<String> broken = run.broken();
    objects.before(
        request -> {
          if (broken.contains(request.location().key())) {
            throw failure(request.location());
          }
        });
    for (int rank = 0; rank < run.worldSize; rank++) {
      check(run, rank, objects, broken);
    }
    assertThat(objects.mostInFlight.get()).isLessThanOrEqualTo(run.maxConcurrency);
    assertLeased(leased);
  }

  /** Other ranges of an item that failed may still be on their way to its memory. */
  private static void assertLeased(long expected) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (BufferPool.shared().stats().leasedBytes() != expected && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(BufferPool.shared().stats().leasedBytes()).isEqualTo(expected);
  }

  private static void check(Run run, int rank, PatternObjects objects, Set<String> broken)
      throws Exception {
    Sampler order = run.order(rank);
    List<List<String>> expected = new ArrayList<>();
    for (long from = 0; from < order.size(); from += run.batchSize) {
      long to = Math.min(from + run.batchSize, order.size());
      if (to - from == run.batchSize || !run.dropLast) {
        List<String> batch = new ArrayList<>();
        for (long i = from; i < to; i++) {
          batch.add(PatternObjects.key((int) order.at(i)));
        }
        expected.add(batch);
      }
    }
    Set<String> leftOut = new HashSet<>();
    List<Long> numbers = new ArrayList<>();
    int failuresSeen;
    try (Dataset dataset = run.named ? named(objects, run.items) : listed(objects, run.items);
        Opened loader = new Opened(run.pool, dataset, run.options(rank))) {
      BatchStream batches = loader.stream();
      assertThat(batches.batches()).isEqualTo(expected.size());
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          objects.check(batch);
          numbers.add(batch.index());
          List<String> whole = new ArrayList<>(expected.get((int) batch.index()));
          for (String key : List.copyOf(whole)) {
            if (broken.contains(key) && !PatternObjects.keys(batch).contains(key)) {
              whole.remove(key);
            }
          }
          assertThat(PatternObjects.keys(batch)).isEqualTo(whole).isNotEmpty();
        }
      }
      batches.failures().forEach(failure -> leftOut.add(failure.location().key()));
      failuresSeen = batches.failures().size();
    }
    assertThat(leftOut).isSubsetOf(broken).hasSize(failuresSeen);
    assertThat(numbers).doesNotHaveDuplicates();
    if (!run.pool) {
      assertThat(numbers).isSorted();
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!numbers.contains((long) i)) {
        assertThat(leftOut).as("all of a batch that did not come").containsAll(expected.get(i));
      }
    }
  }

  @Property(tries = 100)
  void afterTheFirstFailureNothingComes(@ForAll("runs") Run run) throws Exception {
    PatternObjects objects = run.objects();
    for (int i = 0; i < run.items; i++) {
      objects.with(PatternObjects.key(i), 1 + i % 300);
    }
    Set<String> broken = run.broken();
    objects.before(
        request -> {
          if (broken.contains(request.location().key())) {
            throw failure(request.location());
          }
        });
    Sampler order = run.order(0);
    long batches =
        run.dropLast
            ? order.size() / run.batchSize
            : (order.size() + run.batchSize - 1) / run.batchSize;
    long firstBroken = batches;
    for (long i = Math.min(order.size(), batches * run.batchSize) - 1; i >= 0; i--) {
      if (broken.contains(PatternObjects.key((int) order.at(i)))) {
        firstBroken = i / run.batchSize;
      }
    }
    try (Dataset dataset = listed(objects, run.items);
        Opened loader =
            new Opened(run.pool, dataset, run.options(0).withErrorPolicy(ErrorPolicy.fail()))) {
      BatchStream stream = loader.stream();
      List<Long> seen = new ArrayList<>();
      boolean fails = firstBroken < batches;
      try {
        while (stream.hasNext()) {
          try (Batch batch = stream.next()) {
            assertThat(PatternObjects.keys(batch)).noneMatch(broken::contains);
            seen.add(batch.index());
          }
        }
        assertThat(fails).isFalse();
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageContaining("it is broken");
        assertThat(fails).isTrue();
        assertThatThrownBy(stream::hasNext).hasMessageContaining("it is broken");
      }
      if (!run.pool) {
        assertThat(seen).hasSize((int) firstBroken).isSorted();
      }
    }
  }

  /** Fails for good, or for no bytes never: objects without any are not asked for. */
  private static StorageException failure(Location location) {
    return new StorageException(Failure.of("read", location, "it is broken"));
  }

  private static Dataset listed(PatternObjects objects, int items) throws Exception {
    return items == 0 ? named(objects, 0) : objects.listed();
  }

  private static Dataset named(PatternObjects objects, int items) {
    return objects.named(
        IntStream.range(0, items).mapToObj(PatternObjects::key).toArray(String[]::new));
  }

  /** Either loader. */
  private static final class Opened implements AutoCloseable {
    private final AutoCloseable loader;
    private final BatchStream stream;

    Opened(boolean pool, Dataset dataset, LoaderOptions options) {
      if (pool) {
        AsyncPoolDataLoader async = new AsyncPoolDataLoader(dataset, options);
        loader = async;
        stream = async.stream();
      } else {
        DataLoader inOrder = new DataLoader(dataset, options);
        loader = inOrder;
        stream = inOrder.stream();
      }
    }

    BatchStream stream() {
      return stream;
    }

    @Override
    public void close() throws Exception {
      stream.close();
      loader.close();
    }
  }
}
