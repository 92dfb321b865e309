package io.s3dlio.storage.range;

import static io.s3dlio.storage.range.PatternStore.fill;
import static io.s3dlio.storage.range.PatternStore.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.range.BatchRead.Stats;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine does while nothing fails: order, bounds, threads, cancelling and closing. */
@Timeout(60)
class RangeEngineTest {
  private static final RangeEngineConfig SMALL =
      RangeEngineConfig.DEFAULT.withChunkSize(100).withMinSplitSize(200);

  private final RangeEngine engine = new RangeEngine(8);

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void everyTargetIsFilledFromItsPositionToItsLimit() throws Exception {
    List<ReadRequest> requests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ByteBuffer target = ByteBuffer.allocateDirect(1_000).position(3).limit(3 + i * 49);
      requests.add(new ReadRequest(location("object-" + i), "", 1_000L * i, target));
    }
    BatchRead batch = submit(new PatternStore(PatternStore::fill), requests, SMALL, 4);
    batch.await();
    assertThat(batch.isDone()).isTrue();
    long bytes = 0;
    long ranges = 0;
    for (int i = 0; i < 20; i++) {
      ByteBuffer target = requests.get(i).target();
      assertThat(target.position()).isEqualTo(target.limit()).isEqualTo(3 + i * 49);
      for (int at = 0; at < 1_000; at++) {
        boolean inside = at >= 3 && at < 3 + i * 49;
        byte expected =
            inside ? PatternStore.byteAt(location("object-" + i), 1_000L * i + at - 3) : 0;
        assertThat(target.duplicate().clear().get(at)).isEqualTo(expected);
      }
      bytes += i * 49L;
      ranges += i * 49 < 200 ? 1 : (i * 49 + 99) / 100;
    }
    assertThat(batch.stats()).isEqualTo(new Stats(bytes, ranges, 0));
  }

  @Test
  void requestsAreCutAsPlannedAndKeepTheVersion() throws Exception {
    ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    PatternStore store =
        new PatternStore(
            request -> {
              int length = request.target().remaining();
              seen.add("%s %d+%d".formatted(request.etag(), request.offset(), length));
              fill(request);
            });
    ReadRequest request = new ReadRequest(location("a"), "v7", 50, ByteBuffer.allocateDirect(250));
    submit(store, List.of(request), SMALL, 1).await();
    assertThat(seen).containsExactly("v7 50+100", "v7 150+100", "v7 250+50");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32})
  void noMoreRangesOfABatchAreInFlightThanAllowed(int perObject) throws Exception {
    RangeEngineConfig config = SMALL.withMaxConcurrentRanges(perObject);
    try (RangeEngine four = new RangeEngine(4)) {
      Gate gate = new Gate(3);
      BatchRead batch =
          four.submit(
              gate.store(), requests(50, "a", "b", "c", "d"), config, 3, new CancellationToken());
      gate.awaitArrivals();
      PatternStore open = new PatternStore(PatternStore::fill);
      four.submit(open, requests(50, "e"), config, 1, new CancellationToken()).await();
      assertThat(gate.most()).as("the fourth thread was free").isEqualTo(3);
      gate.open();
      batch.await();
      assertThat(gate.most()).isEqualTo(3);
      assertThat(batch.stats().ranges()).isEqualTo(4);
    }
  }

  @Test
  void noMoreRangesOfAnObjectAreInFlightThanAllowed() throws Exception {
    Gate gate = new Gate(4);
    List<ReadRequest> requests = requests(900, "a", "b", "a");
    BatchRead batch = submit(gate.store(), requests, SMALL.withMaxConcurrentRanges(2), 8);
    gate.awaitArrivals();
    gate.open();
    batch.await();
    assertThat(gate.most()).isEqualTo(4);
    assertThat(gate.mostOf(location("a"))).isEqualTo(2);
    assertThat(gate.mostOf(location("b"))).isEqualTo(2);
    assertThat(batch.stats().ranges()).isEqualTo(27);
  }

  @Test
  void allBatchesTogetherUseNoMoreThreadsThanTheEngineHas() throws Exception {
    try (RangeEngine narrow = new RangeEngine(2)) {
      Gate gate = new Gate(2);
      List<BatchRead> batches = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        batches.add(
            narrow.submit(
                gate.store(), requests(900, "a" + i), SMALL, 100, new CancellationToken()));
      }
      gate.awaitArrivals();
      gate.open();
      for (BatchRead batch : batches) {
        batch.await();
      }
      assertThat(gate.most()).isEqualTo(2);
      assertThat(gate.threads()).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void threadsAreDaemonsWithNamesThatInheritNothing() throws Exception {
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    AtomicReference<String> inherited = new AtomicReference<>();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    local.set("of the task");
    Thread.currentThread().setContextClassLoader(null);
    try {
      PatternStore store =
          new PatternStore(
              request -> {
                ran.complete(Thread.currentThread());
                inherited.set(local.get());
                fill(request);
              });
      submit(store, requests(10, "a"), SMALL, 1).await();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    Thread thread = ran.join();
    assertThat(thread.getName()).isEqualTo("s3dlio-io-0");
    assertThat(thread.isDaemon()).isTrue();
    assertThat(inherited.get()).isNull();
    assertThat(thread.getContextClassLoader()).isEqualTo(RangeEngine.class.getClassLoader());
  }

  @Test
  void thereIsOneSharedEngine() {
    assertThat(RangeEngine.shared()).isSameAs(RangeEngine.shared());
    assertThat(RangeEngine.shared().maxThreads()).isEqualTo(128);
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "5, 2", "2, 2"})
  void asManyRangesAreInFlightAsWasSetLast(int before, int after) throws Exception {
    try (RangeEngine narrow = new RangeEngine(before)) {
      Gate open = new Gate(0);
      open.open();
      narrow
          .submit(open.store(), requests(50, "x", "y"), SMALL, 9, new CancellationToken())
          .await();
      narrow.setMaxThreads(after);
      Gate gate = new Gate(after);
      BatchRead one =
          narrow.submit(gate.store(), requests(900, "a"), SMALL, 9, new CancellationToken());
      BatchRead other =
          narrow.submit(gate.store(), requests(900, "b"), SMALL, 9, new CancellationToken());
      gate.awaitArrivals();
      gate.open();
      one.await();
      other.await();
      assertThat(gate.most()).isEqualTo(after);
      assertThatThrownBy(() -> narrow.setMaxThreads(0)).hasMessageContaining("maxThreads: 0");
    }
  }

  @Test
  void batchesTakeTurnsWhereThreadsAreFew() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch bothThere = new CountDownLatch(1);
    PatternStore store =
        new PatternStore(
            request -> {
              order.add(request.location().key());
              begun.countDown();
              bothThere.await();
              fill(request);
            });
    try (RangeEngine single = new RangeEngine(1)) {
      BatchRead large =
          single.submit(store, requests(900, "large"), SMALL, 5, new CancellationToken());
      begun.await();
      BatchRead small =
          single.submit(store, requests(250, "small"), SMALL, 5, new CancellationToken());
      bothThere.countDown();
      small.await();
      large.await();
    }
    assertThat(order)
        .hasSize(12)
        .startsWith("large", "small", "large", "small", "large", "small", "large");
  }

  @Test
  void nothingToReadIsDoneAndDrainedAtOnce() throws Exception {
    BatchRead batch = submit(new PatternStore(PatternStore::fill), List.of(), SMALL, 1);
    AtomicInteger drained = new AtomicInteger();
    batch.whenDrained(drained::incrementAndGet);
    assertThat(batch.isDone()).isTrue();
    batch.cancel();
    batch.await();
    assertThat(drained).hasValue(1);
    assertThat(batch.stats()).isEqualTo(new Stats(0, 0, 0));
  }

  @Test
  void emptyRangeAsksTheStore() {
    PatternStore store =
        new PatternStore(
            request -> {
              throw new IOException("gone");
            });
    BatchRead batch = submit(store, requests(0, "a"), SMALL, 1);
    assertThatThrownBy(batch::await).hasMessageContaining("gone");
  }

  @Test
  void cancelledTokenStartsNothing() {
    CancellationToken token = new CancellationToken();
    token.cancel();
    BatchRead batch =
        engine.submit(
            new PatternStore(PatternStore::fill), requests(10, "a", "b"), SMALL, 2, token);
    AtomicInteger drained = new AtomicInteger();
    batch.whenDrained(drained::incrementAndGet);
    assertThat(drained).hasValue(1);
    assertThat(batch.isDone()).isTrue();
    assertThatThrownBy(batch::await)
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("Cannot read s3://bucket/a and 1 more: the read was cancelled");
    assertThat(batch.stats().ranges()).isZero();
  }

  @Test
  void cancelledBatchFailsAtOnceAndDrainsWhenWhatIsInFlightHasLanded() throws Exception {
    Gate gate = new Gate(2);
    CancellationToken token = new CancellationToken();
    List<ReadRequest> requests = requests(50, "a", "b", "c", "d");
    BatchRead batch = engine.submit(gate.store(), requests, SMALL, 2, token);
    List<String> order = new ArrayList<>();
    CountDownLatch drained = new CountDownLatch(1);
    batch.whenDrained(() -> order.add("first"));
    batch.whenDrained(
        () -> {
          order.add("second");
          throw new IllegalStateException("an action that fails");
        });
    batch.whenDrained(drained::countDown);
    gate.awaitArrivals();
    assertThat(batch.isDone()).isFalse();
    token.cancel();
    assertThat(batch.isDone()).isTrue();
    assertThatThrownBy(batch::await).isInstanceOf(InterruptedIOException.class);
    assertThat(drained.getCount()).as("two ranges are in flight").isEqualTo(1);
    gate.open();
    drained.await();
    assertThat(order).containsExactly("first", "second");
    assertThat(batch.stats()).isEqualTo(new Stats(100, 2, 0));
    batch.whenDrained(() -> order.add("late"));
    assertThat(order).containsExactly("first", "second", "late");
    assertThat(requests.get(0).target().hasRemaining()).isFalse();
    assertThat(requests.get(2).target().position()).isZero();
  }

  @Test
  void actionsHaveRunWhenASuccessIsTold() throws Exception {
    for (int i = 0; i < 200; i++) {
      BatchRead batch = submit(new PatternStore(PatternStore::fill), requests(1, "a"), SMALL, 1);
      AtomicInteger drained = new AtomicInteger();
      batch.whenDrained(drained::incrementAndGet);
      batch.await();
      assertThat(drained).hasValue(1);
    }
  }

  @Test
  void cancelAfterTheEndChangesNothing() throws Exception {
    CancellationToken token = new CancellationToken();
    BatchRead batch =
        engine.submit(new PatternStore(PatternStore::fill), requests(10, "a"), SMALL, 2, token);
    batch.await();
    token.cancel();
    batch.cancel();
    batch.await();
    assertThat(batch.stats()).isEqualTo(new Stats(10, 1, 0));
  }

  @Test
  void tokenForgetsTheBatchesThatHaveEnded() throws Exception {
    CancellationToken token = new CancellationToken();
    PatternStore store = new PatternStore(PatternStore::fill);
    for (int i = 0; i < 200; i++) {
      engine.submit(store, requests(10, "a", "b"), SMALL, 2, token).await();
      engine.submit(store, requests(10, "a", "b"), SMALL, 2, token).cancel();
      engine.submit(store, List.of(), SMALL, 2, token).await();
    }
    engine.close();
    Field listeners = CancellationToken.class.getDeclaredField("listeners");
    listeners.setAccessible(true);
    assertThat((Collection<?>) listeners.get(token)).isEmpty();
  }

  @Test
  void interruptedWaiterThrowsKeepsItsFlagAndLetsTheReadGoOn() throws Exception {
    Gate gate = new Gate(1);
    BatchRead batch = submit(gate.store(), requests(10, "a", "b"), SMALL, 1);
    gate.awaitArrivals();
    Thread.currentThread().interrupt();
    assertThatThrownBy(batch::await)
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    gate.open();
    batch.await();
    assertThat(batch.stats().ranges()).isEqualTo(2);
    Thread.currentThread().interrupt();
    batch.await();
    assertThat(Thread.interrupted()).as("an outcome that is there is told").isTrue();
  }

  @Test
  void interruptFlagThatAStoreLeavesDoesNotReachTheNextRange() throws Exception {
    List<Boolean> flags = new ArrayList<>();
    PatternStore store =
        new PatternStore(
            request -> {
              flags.add(Thread.currentThread().isInterrupted());
              fill(request);
              Thread.currentThread().interrupt();
            });
    submit(store, requests(10, "a", "b", "c"), SMALL, 1).await();
    assertThat(flags).containsExactly(false, false, false);
  }

  @Test
  void closeLetsWhatIsInFlightLandAndEndsTheThreads() throws Exception {
    RangeEngine closing = new RangeEngine(4);
    Gate gate = new Gate(2);
    BatchRead whole =
        closing.submit(gate.store(), requests(10, "a"), SMALL, 1, new CancellationToken());
    BatchRead part =
        closing.submit(gate.store(), requests(10, "b", "c"), SMALL, 1, new CancellationToken());
    gate.awaitArrivals();
    Thread closer = new Thread(closing::close);
    closer.start();
    assertThatThrownBy(part::await)
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("Cannot read s3://bucket/b and 1 more: the engine was closed");
    assertThat(closer.isAlive()).isTrue();
    gate.open();
    closer.join();
    whole.await();
    assertThat(part.stats().ranges()).isEqualTo(1);
    assertThat(gate.threads()).noneMatch(Thread::isAlive);
    closing.close();
    assertThatThrownBy(
            () ->
                closing.submit(gate.store(), requests(10, "a"), SMALL, 1, new CancellationToken()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void shutdownDoesNotWaitForWhatIsInFlight() throws Exception {
    RangeEngine ending = new RangeEngine(4, "ending-", true);
    Gate gate = new Gate(1);
    BatchRead part =
        ending.submit(gate.store(), requests(10, "a", "b"), SMALL, 1, new CancellationToken());
    gate.awaitArrivals();
    assertThat(part.failure()).isEmpty();
    ending.shutdown();
    ending.shutdown();
    assertThat(part.isDone()).isTrue();
    assertThat(part.failure()).containsInstanceOf(InterruptedIOException.class);
    assertThat(gate.threads())
        .hasSize(1)
        .allMatch(thread -> thread.isAlive() && thread.getName().startsWith("ending-"));
    gate.open();
    ending.close();
    assertThat(gate.threads()).noneMatch(Thread::isAlive);
  }

  @Test
  void theFailureIsKnownOnceABatchHasDrained() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              if (request.location().key().equals("bad")) {
                throw new IOException("it is broken");
              }
              fill(request);
            });
    assertThat(failureOf(submit(store, requests(10, "good"), SMALL, 1))).isEmpty();
    assertThat(failureOf(submit(store, requests(10, "bad"), SMALL, 1)).orElseThrow())
        .hasMessage("Cannot read s3://bucket/bad: it is broken");
  }

  private static Optional<IOException> failureOf(BatchRead batch) throws Exception {
    CompletableFuture<Optional<IOException>> failure = new CompletableFuture<>();
    batch.whenDrained(() -> failure.complete(batch.failure()));
    return failure.get();
  }

  @Test
  void interruptedCloseStopsWaiting() throws Exception {
    RangeEngine closing = new RangeEngine(1);
    Gate gate = new Gate(1);
    BatchRead batch =
        closing.submit(gate.store(), requests(10, "a"), SMALL, 1, new CancellationToken());
    gate.awaitArrivals();
    Thread.currentThread().interrupt();
    closing.close();
    assertThat(Thread.interrupted()).isTrue();
    gate.open();
    batch.await();
    closing.close();
  }

  @Test
  void badArgumentsAreRefused() {
    PatternStore store = new PatternStore(PatternStore::fill);
    assertThatThrownBy(() -> new RangeEngine(0)).hasMessageContaining("Invalid maxThreads: 0");
    assertThatThrownBy(() -> submit(store, List.of(), SMALL, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid maxConcurrency: 0");
    ReadRequest beyond =
        new ReadRequest(location("a"), "", Long.MAX_VALUE, ByteBuffer.allocateDirect(1));
    BatchRead batch = submit(store, List.of(beyond), SMALL, 1);
    assertThatThrownBy(batch::await).hasMessageContaining("Invalid range: offset");
  }

  @Test
  void getReturnsAReadOnlyBufferOfTheRange() throws Exception {
    ObjectInfo object = new ObjectInfo(location("a"), 1 << 20, Instant.EPOCH, "v1");
    ByteBuffer bytes = engine.get(new PatternStore(PatternStore::fill), object, 100, 300);
    assertThat(bytes.isReadOnly()).isTrue();
    assertThat(bytes.isDirect()).isTrue();
    assertThat(bytes.position()).isZero();
    assertThat(bytes.remaining()).isEqualTo(300);
    assertThat(bytes.get(299)).isEqualTo(PatternStore.byteAt(location("a"), 399));
    assertThat(engine.get(new PatternStore(PatternStore::fill), object, 7, 0).remaining()).isZero();
  }

  @Test
  void getOfMoreThanABufferHoldsNamesTheRemedy() {
    ObjectInfo object = new ObjectInfo(location("a"), 5L << 40, Instant.EPOCH, "");
    PatternStore store = new PatternStore(PatternStore::fill);
    assertThatThrownBy(() -> engine.get(store, object, 0, Integer.MAX_VALUE - 7L))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "Cannot read s3://bucket/a: 2147483640 bytes do not fit a buffer. Read it in ranges");
    assertThatThrownBy(() -> engine.get(store, object, 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void interruptedGetThrowsAndKeepsTheFlag() {
    ObjectInfo object = new ObjectInfo(location("a"), 100, Instant.EPOCH, "");
    CountDownLatch never = new CountDownLatch(1);
    PatternStore stuck = new PatternStore(request -> never.await());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> engine.get(stuck, object, 0, 100))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    never.countDown();
  }

  /**
   * Batches that end in every way, cancelled at any moment: each drains once and touches no more.
   */
  @Test
  void everyBatchDrainsOnceAndNothingTouchesATargetAfterwards() throws Exception {
    AtomicInteger touched = new AtomicInteger();
    for (int round = 0; round < 1_000; round++) {
      AtomicInteger inFlight = new AtomicInteger();
      AtomicInteger drained = new AtomicInteger();
      int failing = round % 7;
      PatternStore store =
          new PatternStore(
              request -> {
                inFlight.incrementAndGet();
                touched.addAndGet(drained.get());
                fill(request);
                inFlight.decrementAndGet();
                if (request.location().key().equals("object-" + failing)) {
                  throw new IOException("broken");
                }
              });
      String[] keys = new String[1 + round % 11];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = "object-" + i;
      }
      CancellationToken token = new CancellationToken();
      CyclicBarrier barrier = new CyclicBarrier(2);
      Thread canceller =
          new Thread(
              () -> {
                try {
                  barrier.await();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
                token.cancel();
              });
      canceller.start();
      barrier.await();
      CountDownLatch last = new CountDownLatch(2);
      BatchRead batch = engine.submit(store, requests(300, keys), SMALL, 1 + round % 5, token);
      Runnable action =
          () -> {
            touched.addAndGet(inFlight.get());
            drained.incrementAndGet();
            last.countDown();
          };
      batch.whenDrained(action);
      batch.whenDrained(action);
      try {
        batch.await();
      } catch (IOException e) {
        assertThat(e).hasMessageStartingWith("Cannot read s3://bucket/object-");
      }
      last.await();
      canceller.join();
      assertThat(drained).hasValue(2);
      assertThat(touched).hasValue(0);
    }
  }

  private BatchRead submit(
      PatternStore store,
      List<ReadRequest> requests,
      RangeEngineConfig config,
      int maxConcurrency) {
    return engine.submit(store, requests, config, maxConcurrency, new CancellationToken());
  }

  private static List<ReadRequest> requests(int length, String... keys) {
    List<ReadRequest> requests = new ArrayList<>();
    for (String key : keys) {
      requests.add(new ReadRequest(location(key), "", 0, ByteBuffer.allocateDirect(length)));
    }
    return requests;
  }

  /** Holds reads until it is opened, and counts them. */
  private static final class Gate {
    private final CountDownLatch arrivals;
    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Map<Location, AtomicInteger> nowByObject = new ConcurrentHashMap<>();
    private final Map<Location, Integer> mostByObject = new ConcurrentHashMap<>();
    private final Map<Thread, Boolean> threads = new ConcurrentHashMap<>();

    Gate(int arrivals) {
      this.arrivals = new CountDownLatch(arrivals);
    }

    PatternStore store() {
      return new PatternStore(this::pass);
    }

    private void pass(ReadRequest request) throws InterruptedException {
      threads.put(Thread.currentThread(), true);
      Location object = request.location();
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
      AtomicInteger ofObject = nowByObject.computeIfAbsent(object, key -> new AtomicInteger());
      mostByObject.merge(object, ofObject.incrementAndGet(), Math::max);
      arrivals.countDown();
      open.await();
      fill(request);
      ofObject.decrementAndGet();
      now.decrementAndGet();
    }

    void awaitArrivals() throws InterruptedException {
      arrivals.await();
    }

    void open() {
      open.countDown();
    }

    int most() {
      return most.get();
    }

    int mostOf(Location object) {
      return mostByObject.getOrDefault(object, 0);
    }

    Set<Thread> threads() {
      return threads.keySet();
    }
  }
}
