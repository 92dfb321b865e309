package io.s3dlio.storage.loader;

import static io.s3dlio.storage.loader.PatternObjects.keys;
import static io.s3dlio.storage.loader.PatternObjects.many;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.tuning.SizeSummary;
import io.s3dlio.testing.NoLeaks;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What each option does, as a store and a consumer see it. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class DataLoaderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private static final LoaderOptions EIGHT = LoaderOptions.DEFAULT.withBatchSize(8);

  @Test
  void batchesComeInOrderHoweverTheirReadsEnd() throws Exception {
    CountDownLatch secondBatch = new CountDownLatch(8);
    PatternObjects objects =
        many(20, 1000)
            .before(
                request -> {
                  if (request.location().key().compareTo("0008") < 0) {
                    await(secondBatch);
                  } else {
                    secondBatch.countDown();
                  }
                });
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      List<String> seen = new ArrayList<>();
      while (batches.hasNext()) {
        Batch batch = batches.next();
        objects.check(batch);
        assertThat(batch.index()).isEqualTo(seen.size() / 8);
        seen.addAll(keys(batch));
      }
      assertThat(seen).hasSize(20).isSorted();
      assertThat(batches.nextBatch()).isEmpty();
    }
  }

  @Test
  void asManyRequestsAreInFlightAsAllowedAndNoMore() throws Exception {
    CyclicBarrier six = new CyclicBarrier(6);
    PatternObjects objects = many(48, 1000).before(request -> six.await(30, TimeUnit.SECONDS));
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT.withMaxConcurrency(6));
        BatchStream batches = loader.stream()) {
      assertThat(batches.asStream().count()).isEqualTo(6);
    }
    assertThat(objects.mostInFlight).hasValue(6);
  }

  @Test
  void theBoundOfRequestsIsTheLoadersAndNotAStreams() throws Exception {
    CyclicBarrier four = new CyclicBarrier(4);
    PatternObjects objects = many(16, 10).before(request -> four.await(30, TimeUnit.SECONDS));
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT.withMaxConcurrency(4));
        BatchStream one = loader.stream();
        BatchStream other = loader.stream()) {
      CompletableFuture<Long> counted =
          CompletableFuture.supplyAsync(() -> other.asStream().count());
      assertThat(one.asStream().count()).isEqualTo(2);
      assertThat(counted.get()).isEqualTo(2);
    }
    assertThat(objects.mostInFlight).hasValue(4);
  }

  @Test
  void prefetchIsHowManyBatchesAreFetchedAheadOfTheOneTaken() throws Exception {
    for (int prefetch : new int[] {0, 1, 3}) {
      Semaphore read = new Semaphore(0);
      PatternObjects objects = many(80, 10).before(request -> read.release());
      try (Dataset dataset = objects.listed();
          DataLoader loader = new DataLoader(dataset, EIGHT.withPrefetch(prefetch));
          BatchStream batches = loader.stream()) {
        acquire(read, 8 * prefetch);
        assertThat(objects.reads).as("before the first").hasSize(8 * prefetch);
        batches.next();
        acquire(read, 8);
        batches.next();
        acquire(read, 8);
        assertThat(objects.reads).as("after the second").hasSize(8 * (prefetch + 2));
      }
    }
  }

  @Test
  void numWorkersIsHowManyBatchesAreFilledAtTheSameTime() throws Exception {
    Set<String> inFlight = ConcurrentHashMap.newKeySet();
    Set<Integer> together = ConcurrentHashMap.newKeySet();
    CyclicBarrier batch = new CyclicBarrier(8);
    PatternObjects objects =
        many(64, 10)
            .before(
                request -> {
                  inFlight.add(request.location().key());
                  batch.await(30, TimeUnit.SECONDS);
                  together.add(
                      (int)
                          inFlight.stream()
                              .map(key -> Integer.parseInt(key) / 8)
                              .distinct()
                              .count());
                  batch.await(30, TimeUnit.SECONDS);
                  inFlight.remove(request.location().key());
                });
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT.withPrefetch(4).withNumWorkers(1));
        BatchStream batches = loader.stream()) {
      assertThat(batches.asStream().count()).isEqualTo(8);
    }
    assertThat(together).containsExactly(1);
    assertThat(objects.mostInFlight).hasValue(8);
  }

  @Test
  void largerObjectsAreReadInRangesOfThePartSize() throws Exception {
    PatternObjects objects = new PatternObjects().with("a", 1000).with("b", 300);
    assertThat(reads(objects, LoaderOptions.DEFAULT.withPartSize(300)))
        .containsExactlyInAnyOrder("a 0+300", "a 300+300", "a 600+300", "a 900+100", "b 0+300");
  }

  @Test
  void levelThreeTakesThePlaceOfThePartSize() throws Exception {
    PatternObjects objects = new PatternObjects().with("a", 1000);
    RangeEngineConfig range = RangeEngineConfig.DEFAULT.withChunkSize(500).withMinSplitSize(600);
    assertThat(reads(objects, LoaderOptions.DEFAULT.withPartSize(300).withRange(range)))
        .containsExactlyInAnyOrder("a 0+500", "a 500+500");
  }

  private static List<String> reads(PatternObjects objects, LoaderOptions options)
      throws Exception {
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, options);
        BatchStream batches = loader.stream()) {
      batches.forEachRemaining(objects::check);
    }
    return List.copyOf(objects.reads);
  }

  @Test
  void sizesThatAreNotKnownAreAskedForBesideEachOther() throws Exception {
    CyclicBarrier eight = new CyclicBarrier(8);
    PatternObjects objects = many(8, 100).before(request -> eight.await(30, TimeUnit.SECONDS));
    try (Dataset dataset = objects.named();
        DataLoader loader = new DataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      objects.check(batches.next());
      assertThat(batches.hasNext()).isFalse();
    }
    assertThat(objects.stats).hasValue(8);
  }

  @Test
  void aShuffleIsThePermutationOfSeedAndEpoch() throws Exception {
    PatternObjects objects = many(10, 10);
    try (Dataset dataset = objects.listed();
        DataLoader loader =
            new DataLoader(
                dataset, LoaderOptions.DEFAULT.withShuffle(true).withSeed(42).withEpoch(0))) {
      assertThat(order(loader.stream())).containsExactly(0L, 3L, 5L, 7L, 9L, 8L, 2L, 1L, 4L, 6L);
      assertThat(order(loader.stream())).containsExactly(6L, 5L, 1L, 4L, 7L, 3L, 2L, 9L, 8L, 0L);
      try (BatchStream again = loader.stream(0)) {
        assertThat(again.epoch()).isZero();
      }
      try (BatchStream following = loader.stream()) {
        assertThat(following.epoch()).isEqualTo(1);
      }
    }
  }

  @Test
  void aSeedThatNobodySetIsDrawnAndCanBeUsedAgain() throws Exception {
    PatternObjects objects = many(100, 10);
    LoaderOptions shuffled = LoaderOptions.DEFAULT.withBatchSize(100).withShuffle(true);
    try (Dataset dataset = objects.listed();
        DataLoader first = new DataLoader(dataset, shuffled);
        DataLoader second = new DataLoader(dataset, shuffled);
        DataLoader again = new DataLoader(dataset, shuffled.withSeed(first.seed()))) {
      List<Long> order = order(first.stream());
      assertThat(order(again.stream())).isEqualTo(order);
      assertThat(order(second.stream())).isNotEqualTo(order);
    }
  }

  private static List<Long> order(BatchStream batches) {
    try (batches) {
      return batches
          .asStream()
          .flatMap(
              batch -> LongStream.range(0, batch.size()).mapToObj(i -> batch.datasetIndex((int) i)))
          .toList();
    }
  }

  @Test
  void ranksThatShuffleWithoutACommonSeedAreRefused() throws Exception {
    try (Dataset dataset = many(10, 10).listed()) {
      LoaderOptions options = LoaderOptions.DEFAULT.withShuffle(true).withShard(0, 2);
      assertThatThrownBy(() -> new DataLoader(dataset, options))
          .hasMessage(
              "Invalid options: shuffle without a seed, and 2 loaders share each epoch (give all of"
                  + " them the same)");
      assertThatThrownBy(
              () ->
                  new DataLoader(
                      dataset,
                      LoaderOptions.DEFAULT.withStoreConfig(
                          StoreConfig.DEFAULT.withDirectFallback(true))))
          .hasMessageStartingWith("Invalid storeConfig: it is not the data set's");
    }
  }

  @Test
  void theFirstFailureComesAfterTheBatchesBeforeIt() throws Exception {
    PatternObjects objects =
        many(24, 10)
            .before(
                request -> {
                  if (request.location().key().equals("0010")) {
                    throw new StorageException(
                        Failure.of("read", request.location(), "it is broken"));
                  }
                });
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      assertThat(keys(batches.next())).hasSize(8);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(batches::nextBatch)
            .isInstanceOf(StorageException.class)
            .hasMessage("Cannot read s3://bucket/0010: it is broken");
      }
    }
  }

  @Test
  void failedItemsAreLeftOutAndToldAndOneTooManyEndsTheStream() throws Exception {
    PatternObjects objects =
        many(24, 10)
            .before(
                request -> {
                  if (request.location().key().matches("0003|0009|001[6-9]|002.")) {
                    throw new StorageException(
                        Failure.of("read", request.location(), "it is broken"));
                  }
                });
    try (Dataset dataset = objects.listed();
        DataLoader ten = new DataLoader(dataset, EIGHT.withErrorPolicy(ErrorPolicy.skip(10)));
        DataLoader nine =
            new DataLoader(dataset, EIGHT.withErrorPolicy(ErrorPolicy.skip(9)).withPrefetch(0))) {
      try (BatchStream batches = ten.stream()) {
        assertThat(batches.asStream().mapToInt(Batch::size)).containsExactly(7, 7);
        assertThat(batches.failures())
            .hasSize(10)
            .allSatisfy(failure -> assertThat(failure.cause()).hasMessageContaining("broken"))
            .anySatisfy(
                failure -> {
                  assertThat(failure.index()).isEqualTo(9);
                  assertThat(failure.location()).hasToString("s3://bucket/0009");
                });
      }
      try (BatchStream batches = nine.stream()) {
        batches.next();
        batches.next();
        assertThatThrownBy(batches::nextBatch).hasMessageContaining("it is broken");
        assertThat(batches.failures()).hasSize(9);
      }
    }
  }

  @Test
  void anItemThatNoBufferHoldsIsAFailureOfItsOwn() throws Exception {
    PatternObjects objects = many(1, 10).with("huge", Integer.MAX_VALUE);
    try (Dataset dataset = objects.listed();
        DataLoader loader =
            new DataLoader(dataset, LoaderOptions.DEFAULT.withErrorPolicy(ErrorPolicy.skip(1)));
        BatchStream batches = loader.stream()) {
      assertThat(keys(batches.next())).containsExactly("0000");
      assertThat(batches.failures().get(0).cause())
          .hasMessage(
              "Cannot read s3://bucket/huge: 2147483647 bytes do not fit a batch. An item has 2 GiB"
                  + " at most; read the object in ranges");
    }
  }

  @Test
  void aRangeThatIsStuckFailsByItsTimeoutAndTheRestComes() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    PatternObjects objects =
        many(8, 10)
            .before(
                request -> {
                  if (request.location().key().equals("0003")) {
                    await(released);
                  }
                });
    LoaderOptions options =
        EIGHT
            .withRange(RangeEngineConfig.DEFAULT.withTimeout(Duration.ofMillis(50)))
            .withErrorPolicy(ErrorPolicy.skip(1))
            .withLeases(true);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, options);
        BatchStream batches = loader.stream()) {
      long leased = BufferPool.shared().stats().leasedBytes();
      Batch batch = batches.next();
      objects.check(batch);
      assertThat(batch.size()).isEqualTo(7);
      assertThat(batches.failures().get(0).cause()).isInstanceOf(StorageTimeoutException.class);
      batch.close();
      assertThat(BufferPool.shared().stats().leasedBytes())
          .as("the stuck read may still write")
          .isGreaterThanOrEqualTo(leased)
          .isPositive();
      released.countDown();
    }
  }

  @Test
  void closingAStreamEndsWhoWaitsAndDeliversNothing() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    PatternObjects objects =
        many(24, 10)
            .before(
                request -> {
                  reading.countDown();
                  await(released);
                });
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT.withMaxConcurrency(1));
        BatchStream batches = loader.stream()) {
      CompletableFuture<Batch> waiting = CompletableFuture.supplyAsync(batches::next);
      await(reading);
      batches.close();
      batches.close();
      assertThatThrownBy(waiting::get)
          .hasRootCauseInstanceOf(LoaderCancelledException.class)
          .hasMessageEndingWith("Cannot read the rest of epoch 0: the stream was closed");
      released.countDown();
      assertThatThrownBy(batches::nextBatch).isInstanceOf(LoaderCancelledException.class);
    }
    assertThat(objects.reads).as("no request begins after that").hasSize(1);
  }

  @Test
  void closingALoaderEndsItsStreamsAndRefusesMore() throws Exception {
    try (Dataset dataset = many(100, 10).listed()) {
      DataLoader loader = new DataLoader(dataset, EIGHT);
      BatchStream batches = loader.stream();
      batches.next();
      loader.close();
      loader.close();
      assertThatThrownBy(batches::hasNext)
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(LoaderCancelledException.class);
      assertThatThrownBy(loader::stream)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Cannot stream: the loader was closed");
    }
  }

  @Test
  void aStreamThatHasEndedJustEndsWhenItIsClosed() throws Exception {
    try (Dataset dataset = many(8, 10).listed();
        DataLoader loader = new DataLoader(dataset, EIGHT)) {
      BatchStream batches = loader.stream();
      batches.next();
      batches.close();
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    PatternObjects objects = many(8, 10).before(request -> await(released));
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(batches::nextBatch).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      released.countDown();
    }
  }

  @Test
  void threadsEndWithTheStreamUnlessTheyPersist() throws Exception {
    for (boolean persistent : new boolean[] {false, true}) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      CyclicBarrier all = new CyclicBarrier(4);
      PatternObjects objects =
          many(16, 10)
              .before(
                  request -> {
                    threads.add(Thread.currentThread());
                    all.await(30, TimeUnit.SECONDS);
                  });
      LoaderOptions options = EIGHT.withMaxConcurrency(4).withPersistentWorkers(persistent);
      try (Dataset dataset = objects.listed();
          DataLoader loader = new DataLoader(dataset, options)) {
        Set<Thread> first = Set.copyOf(drain(loader, threads));
        assertThat(first)
            .hasSize(4)
            .allMatch(thread -> thread.getName().startsWith("s3dlio-loader-"));
        if (!persistent) {
          for (Thread thread : first) {
            thread.join(10_000);
            assertThat(thread.isAlive()).as("before it would end by itself").isFalse();
          }
        }
        Set<Thread> second = Set.copyOf(drain(loader, threads));
        if (persistent) {
          assertThat(second).isEqualTo(first).allMatch(Thread::isAlive);
        } else {
          assertThat(second).hasSize(4).doesNotContainAnyElementsOf(first);
        }
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static Set<Thread> drain(DataLoader loader, Set<Thread> threads) {
    threads.clear();
    loader.stream().forEachRemaining(Batch::close);
    return threads;
  }

  @Test
  void leasedBatchesAreUsedAgainOnceTheyAreClosed() throws Exception {
    PatternObjects objects = many(80, 1000);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT.withLeases(true));
        BatchStream batches = loader.stream()) {
      List<Boolean> told = new ArrayList<>();
      while (batches.hasNext()) {
        Batch batch = batches.next();
        objects.check(batch);
        batch.whenReleased(() -> told.add(true));
        assertThat(batch.isReleased()).isFalse();
        batch.close();
        batch.close();
        assertThat(batch.isReleased()).isTrue();
        assertThatThrownBy(() -> batch.item(0))
            .hasMessage("Cannot use batch %d: it was closed".formatted(batch.index()));
      }
      assertThat(told).hasSize(10);
    }
  }

  @Test
  void readingAheadKeepsWithinThePoolAndWhatIsNeededNextIsAdmitted() throws Exception {
    BufferPool pool = BufferPool.checked(2 * 8192);
    PatternObjects objects = many(80, 1000);
    LoaderOptions options = EIGHT.withLeases(true).withPrefetch(5);
    try (Dataset dataset = objects.listed();
        LoaderCore core = new LoaderCore(dataset, options, false, new LeasedMemory(pool))) {
      LoaderSettings settings = LoaderSettings.of(options, 0, SizeSummary.UNKNOWN);
      int batches = 0;
      BatchStream stream = core.stream(settings, 0);
      while (stream.hasNext()) {
        try (Batch batch = stream.next()) {
          objects.check(batch);
          batches++;
        }
      }
      assertThat(batches).isEqualTo(10);
    }
    assertThat(pool.stats().peakLeasedBytes()).isEqualTo(2 * 8192);
    assertThat(pool.stats().overBudget()).isZero();
    assertThat(pool.leaks()).isEmpty();
  }

  @Test
  void batchesThatNobodyTookAreGivenBackWhenTheStreamIsClosed() throws Exception {
    BufferPool pool = BufferPool.checked(1 << 20);
    Semaphore read = new Semaphore(0);
    PatternObjects objects = many(80, 1000).before(request -> read.release());
    LoaderOptions options = EIGHT.withLeases(true);
    try (Dataset dataset = objects.listed();
        LoaderCore core = new LoaderCore(dataset, options, false, new LeasedMemory(pool))) {
      BatchStream stream = core.stream(LoaderSettings.of(options, 0, SizeSummary.UNKNOWN), 0);
      assertThat(stream.hasNext()).isTrue();
      acquire(read, 24);
      stream.close();
      assertThatThrownBy(stream::next).hasCauseInstanceOf(LoaderCancelledException.class);
      while (objects.inFlight.get() > 0) {
        Thread.onSpinWait();
      }
    }
    while (!pool.leaks().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aLoaderThatOpenedItsDataSetClosesIt() throws Exception {
    Files.writeString(folder.resolve("a"), "a");
    String uri = "file://" + folder + "/";
    DataLoader loader = DataLoader.createLoader(uri, LoaderOptions.DEFAULT);
    assertThat(loader.stream().next().size()).isEqualTo(1);
    loader.close();
    try (Dataset dataset = Dataset.fromPrefix(uri)) {
      DataLoader sharing = new DataLoader(dataset, LoaderOptions.DEFAULT);
      sharing.close();
      try (AsyncPoolDataLoader other = new AsyncPoolDataLoader(dataset, LoaderOptions.DEFAULT)) {
        assertThat(other.stream().next().size()).isEqualTo(1);
      }
    }
  }

  @Test
  void theItemsOfABatchLieInOnePieceOfMemory() throws Exception {
    PatternObjects objects = many(8, 1000);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      Batch batch = batches.next();
      long first = Addresses.of(batch.item(0));
      for (int i = 0; i < 8; i++) {
        ByteBuffer item = batch.item(i);
        assertThat(Addresses.of(item)).isEqualTo(first + i * 1000L);
        item.position(10);
        assertThat(batch.item(i).position()).as("each view has its own position").isZero();
      }
      assertThat(batch.bytes()).isEqualTo(8000);
    }
  }

  @Test
  void collectedBatchesTellWhenNobodyHasAViewOfThemAnyMore() throws Exception {
    PatternObjects objects = many(8, 1000);
    CountDownLatch gone = new CountDownLatch(1);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT)) {
      ByteBuffer view = viewOf(loader.stream(), gone);
      System.gc();
      assertThat(view.get(1)).isEqualTo(PatternObjects.byteAt("0005", 1));
      assertThat(gone.getCount()).isEqualTo(1);
      view = null;
      while (!gone.await(10, TimeUnit.MILLISECONDS)) {
        System.gc();
      }
    }
  }

  private static ByteBuffer viewOf(BatchStream batches, CountDownLatch gone) {
    Batch batch = batches.next();
    batch.whenReleased(gone::countDown);
    return batch.item(5);
  }

  @Test
  void requestsBeginInTheOrderOfTheEpoch() throws Exception {
    PatternObjects objects = many(20, 10);
    LoaderOptions options =
        EIGHT.withShuffle(true).withSeed(7).withMaxConcurrency(1).withPartSize(100);
    List<String> expected =
        Arrays.stream(Permutation.of(20, 7, 0))
            .mapToObj(i -> PatternObjects.key(i) + " 0+10")
            .toList();
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, options);
        AsyncPoolDataLoader async = new AsyncPoolDataLoader(dataset, options)) {
      loader.stream().forEachRemaining(Batch::close);
      assertThat(objects.reads).containsExactlyElementsOf(expected);
      objects.reads.clear();
      async.stream().forEachRemaining(Batch::close);
      assertThat(objects.reads).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void oneTokenEndsTheStreamsOfSeveralLoadersAndNoRequestBeginsAfterIt() throws Exception {
    CountDownLatch reading = new CountDownLatch(6);
    CountDownLatch released = new CountDownLatch(1);
    PatternObjects objects =
        many(80, 10)
            .before(
                request -> {
                  reading.countDown();
                  await(released);
                });
    CancellationToken token = new CancellationToken();
    LoaderOptions options =
        EIGHT.withMaxConcurrency(3).withPersistentWorkers(true).withCancellationToken(token);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, options);
        AsyncPoolDataLoader async = new AsyncPoolDataLoader(dataset, options);
        BatchStream one = loader.stream();
        BatchStream other = async.stream()) {
      await(reading);
      token.cancel();
      for (BatchStream stream : List.of(one, other)) {
        assertThatThrownBy(stream::nextBatch).isInstanceOf(LoaderCancelledException.class);
      }
      released.countDown();
      while (objects.inFlight.get() > 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> loader.stream().nextBatch())
          .isInstanceOf(LoaderCancelledException.class);
    }
    assertThat(objects.reads).as("what was in flight").hasSize(6);
  }

  @Test
  void aTokenThatIsCancelledBeforeLetsNothingBegin() throws Exception {
    CancellationToken token = new CancellationToken();
    token.cancel();
    PatternObjects objects = many(8, 10);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, EIGHT.withCancellationToken(token));
        BatchStream batches = loader.stream()) {
      assertThatThrownBy(batches::nextBatch)
          .isInstanceOf(LoaderCancelledException.class)
          .hasMessage("Cannot read the rest of epoch 0: the loader was cancelled");
    }
    assertThat(objects.reads).isEmpty();
  }

  private static void acquire(Semaphore permits, int count) throws InterruptedException {
    assertThat(permits.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
