package io.s3dlio.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3dlio.datagen.PutResult.Outcome;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ObjectPutterTest {
  private static final int PART = 1_000;

  private final CancellationToken token = new CancellationToken();
  private final Queue<PutResult> results = new ConcurrentLinkedQueue<>();
  private final long leasesBefore = BufferPool.shared().stats().leases();
  private final Path directory;
  private final Location prefix;
  private final ObjectStore store;

  ObjectPutterTest(@TempDir Path directory) {
    this.directory = directory;
    this.prefix = Location.parse("file://" + directory);
    this.store = ObjectStores.forUri(prefix.toString());
  }

  @AfterEach
  void everyBufferIsBack() throws IOException {
    store.close();
    assertThat(BufferPool.shared().stats().leases()).isEqualTo(leasesBefore);
  }

  @ParameterizedTest
  @EnumSource
  void objectsOfEverySizeHoldTheBytesOfTheirSources(OnExisting onExisting) throws IOException {
    List<Long> sizes = List.of(0L, 1L, 999L, 1_000L, 1_001L, 2_000L, 7_654L, 300_001L);
    try (ObjectPutter putter = putter(onExisting, 3, PART)) {
      for (long size : sizes) {
        putter.put("a/b " + size, random(size), results::add);
      }
      putter.drain();
    }
    assertThat(results).hasSize(sizes.size());
    assertThat(results)
        .allSatisfy(
            result -> {
              byte[] bytes = bytes(random(result.size()));
              assertThat(directory.resolve(result.name())).hasBinaryContent(bytes);
              assertThat(result.name()).isEqualTo("a/b " + result.size());
              assertThat(result.crc32c()).isEqualTo(crc32c(bytes));
              assertThat(result.outcome()).isEqualTo(Outcome.WRITTEN);
            });
    assertThat(files()).hasSize(sizes.size());
  }

  @Test
  void anObjectOfOnePartIsMadeInManySteps() throws IOException {
    try (ObjectPutter putter = putter(OnExisting.ERROR, 1, 8 << 20)) {
      putter.put("x", random(987_654), results::add);
      putter.drain();
      putter.put("x", random(987_654), results::add);
      putter.drain();
    }
    int crc = crc32c(bytes(random(987_654)));
    assertThat(results)
        .containsExactly(
            new PutResult("x", 987_654, crc, Outcome.WRITTEN),
            new PutResult("x", 987_654, crc, Outcome.ALREADY_THERE));
  }

  @Test
  void directStoresTakeTheSameBytes() throws IOException {
    Location direct = Location.parse("direct://" + directory);
    StoreConfig config = StoreConfig.DEFAULT.withDirectFallback(true);
    List<Long> sizes = List.of(0L, 1L, 65_536L, 65_537L, 300_001L, 3_000_000L);
    try (ObjectStore directStore = ObjectStores.forLocation(direct, config);
        ObjectPutter putter =
            new ObjectPutter(
                directStore,
                direct,
                new PutOptions(OnExisting.ERROR, 3, 64 << 10, 1, WriterOptions.DEFAULT),
                token)) {
      for (int round = 0; round < 2; round++) {
        for (long size : sizes) {
          putter.put("x" + size, random(size), results::add);
        }
        putter.drain();
      }
    }
    for (long size : sizes) {
      assertThat(directory.resolve("x" + size)).hasBinaryContent(bytes(random(size)));
    }
    assertThat(results.stream().skip(6))
        .extracting(PutResult::outcome)
        .containsOnly(Outcome.ALREADY_THERE);
  }

  @Test
  void aPrefixMeansWhatIsBelowItWithOrWithoutItsSlash() throws IOException {
    for (String text : List.of("/a", "/b/")) {
      try (ObjectPutter putter =
          new ObjectPutter(store, prefix.append(text), PutOptions.DEFAULT, token)) {
        putter.put("x", random(1), results::add);
        putter.drain();
      }
    }
    assertThat(files()).containsOnlyKeys("a/x", "b/x");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 500, 5_000})
  void overwriteReplacesWhatIsThere(long size) throws IOException {
    Files.writeString(directory.resolve("x"), "old");
    putOne(OnExisting.OVERWRITE, random(size));
    assertThat(directory.resolve("x")).hasBinaryContent(bytes(random(size)));
    assertThat(results).extracting(PutResult::outcome).containsExactly(Outcome.WRITTEN);
  }

  @Test
  void skipTellsThatWhatIsThereIsWhatWouldHaveCome() throws IOException {
    Files.write(directory.resolve("x"), bytes(random(987_654)));
    putOne(OnExisting.SKIP, random(987_654));

    assertThat(results)
        .containsExactly(
            new PutResult("x", 987_654, crc32c(bytes(random(987_654))), Outcome.ALREADY_THERE));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 500, 5_000})
  void skipLeavesWhatIsThereAndTellsWhatWouldHaveCome(long size) throws IOException {
    Files.writeString(directory.resolve("x"), "old");
    putOne(OnExisting.SKIP, random(size));
    assertThat(directory.resolve("x")).hasContent("old");
    assertThat(results)
        .containsExactly(new PutResult("x", size, crc32c(bytes(random(size))), Outcome.SKIPPED));
  }

  @ParameterizedTest
  @ValueSource(longs = {500, 5_000})
  void skipLeavesWhatComesWhileTheObjectIsMade(long size) throws IOException {
    putOne(OnExisting.SKIP, new Intruded(random(size), directory.resolve("x")));
    assertThat(directory.resolve("x")).hasContent("intruder");
    assertThat(results)
        .containsExactly(new PutResult("x", size, crc32c(bytes(random(size))), Outcome.SKIPPED));
    assertThat(files()).containsOnlyKeys("x");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 500, 5_000})
  void errorAcceptsAnObjectThatIsTheSame(long size) throws IOException {
    Files.write(directory.resolve("x"), bytes(random(size)));
    putOne(OnExisting.ERROR, random(size));
    assertThat(results)
        .containsExactly(
            new PutResult("x", size, crc32c(bytes(random(size))), Outcome.ALREADY_THERE));
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 5_000})
  void errorRefusesAnObjectThatDiffersInOneByte(int size) throws IOException {
    for (int at : List.of(0, size / 2, size - 1)) {
      byte[] other = bytes(random(size));
      other[at]++;
      Files.write(directory.resolve("x"), other);
      assertRefused(random(size));
      assertThat(directory.resolve("x")).hasBinaryContent(other);
    }
  }

  @Test
  void errorRefusesAnObjectOfAnotherSize() throws IOException {
    for (int size : List.of(0, 499, 501, 2_000)) {
      byte[] other = bytes(random(size));
      Files.write(directory.resolve("x"), other);
      assertRefused(random(500));
      assertThat(directory.resolve("x")).hasBinaryContent(other);
    }
  }

  @Test
  void asManyObjectsAreInFlightAsMayBeAndNoMore() throws IOException {
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    // It opens only when three are filled at once.
    CyclicBarrier three = new CyclicBarrier(3);
    ObjectSource source =
        filling(
            100,
            () -> {
              most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
              three.await();
              inFlight.decrementAndGet();
            });
    try (ObjectPutter putter = putter(OnExisting.ERROR, 3, PART)) {
      for (int i = 0; i < 30; i++) {
        putter.put("x" + i, source, results::add);
      }
      putter.drain();
    }
    assertThat(most).hasValue(3);
    assertThat(results).hasSize(30);
  }

  @Test
  void memoryIsBoundedByPartsWhateverTheSizes() throws IOException {
    int part = 64 << 10;
    AtomicLong most = new AtomicLong();
    long before = BufferPool.shared().stats().leasedBytes();
    ObjectSource source =
        filling(
            20L * part + 1,
            () ->
                most.accumulateAndGet(
                    BufferPool.shared().stats().leasedBytes() - before, Math::max));
    try (ObjectPutter putter = putter(OnExisting.ERROR, 4, part)) {
      for (int i = 0; i < 12; i++) {
        putter.put("x" + i, source, results::add);
      }
      putter.drain();
    }
    assertThat(most.get()).isBetween((long) part, 4L * part);
    assertThat(results).hasSize(12);
  }

  @Test
  void memoryKeepsWithinTheBudgetHoweverManyMayBeInFlight() throws IOException {
    BufferPool pool = BufferPool.shared();
    int part = 1 << 20;
    long budget = pool.stats().budgetBytes();
    long before = pool.stats().leasedBytes();
    long over = pool.stats().overBudget();
    AtomicLong most = new AtomicLong();
    ObjectSource source =
        filling(
            3L * part, () -> most.accumulateAndGet(pool.stats().leasedBytes() - before, Math::max));
    pool.setBudget(before + 4L * part);
    try (ObjectPutter putter = putter(OnExisting.ERROR, 16, part)) {
      for (int i = 0; i < 40; i++) {
        putter.put("x" + i, source, results::add);
      }
      putter.drain();
    } finally {
      pool.setBudget(budget);
    }
    assertThat(results).hasSize(40);
    assertThat(most.get()).isBetween((long) part, 4L * part);
    assertThat(pool.stats().overBudget()).isEqualTo(over);
  }

  @Test
  void partsThatAreSentSideBySideAreInMemoryTogether() throws IOException {
    int part = 1 << 20;
    long before = BufferPool.shared().stats().leasedBytes();
    AtomicLong most = new AtomicLong();
    ObjectSource large =
        filling(20L * part + 1, () -> most.set(BufferPool.shared().stats().leasedBytes() - before));
    try (ObjectPutter putter = putter(OnExisting.ERROR, 1, part, 4)) {
      putter.put("x", large, results::add);
      putter.drain();
    }
    assertThat(most).hasValue(4L * part);
    assertThat(directory.resolve("x")).hasSize(20L * part + 1);
  }

  @Test
  void anObjectLargerThanTheBudgetGoesAlone() throws IOException {
    BufferPool pool = BufferPool.shared();
    int part = 1 << 20;
    long budget = pool.stats().budgetBytes();
    pool.setBudget(part / 2);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ObjectSource source =
        filling(
            2L * part,
            () -> {
              most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
              Thread.yield();
              inFlight.decrementAndGet();
            });
    try (ObjectPutter putter = putter(OnExisting.ERROR, 8, part)) {
      for (int i = 0; i < 5; i++) {
        putter.put("x" + i, source, results::add);
      }
      putter.drain();
    } finally {
      pool.setBudget(budget);
    }
    assertThat(results).hasSize(5);
    assertThat(most).hasValue(1);
  }

  @Test
  void aSmallObjectTakesNoMoreMemoryThanItHas() throws IOException {
    long before = BufferPool.shared().stats().leasedBytes();
    AtomicLong most = new AtomicLong();
    ObjectSource source =
        filling(10, () -> most.set(BufferPool.shared().stats().leasedBytes() - before));
    putOne(OnExisting.ERROR, source);
    assertThat(most.get()).isLessThanOrEqualTo(BufferPool.ALIGNMENT);
  }

  @Test
  void afterTheFirstFailureNothingFurtherStarts() throws IOException {
    Files.writeString(directory.resolve("file"), "no directory");
    AtomicInteger started = new AtomicInteger();
    ObjectSource counted = filling(10, started::incrementAndGet);
    try (ObjectPutter putter = putter(OnExisting.ERROR, 1, PART)) {
      putter.put("good", counted, results::add);
      putter.put("file/below", counted, results::add);
      Throwable failure = catchThrowable(() -> putter.put("late", counted, results::add));
      assertThat(failure)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(prefix + "/file/below");
      int atFailure = started.get();
      assertThat(catchThrowable(() -> putter.put("later", counted, results::add)))
          .isSameAs(failure);
      assertThat(catchThrowable(putter::drain)).isSameAs(failure);
      assertThat(started).hasValue(atFailure);
    }
    assertThat(results).extracting(PutResult::name).containsExactly("good");
    assertThat(files()).containsOnlyKeys("file", "good");
  }

  @Test
  void furtherFailuresAreSuppressedAndBounded() throws IOException {
    CountDownLatch all = new CountDownLatch(30);
    ObjectSource failing =
        filling(
            10,
            () -> {
              all.countDown();
              all.await();
              throw new IllegalStateException("broken source");
            });
    try (ObjectPutter putter = putter(OnExisting.ERROR, 30, PART)) {
      for (int i = 0; i < 30; i++) {
        putter.put("x" + i, failing, results::add);
      }
      assertThatThrownBy(putter::drain)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("broken source")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(9));
    }
    assertThat(results).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void aFailureInTheMiddleOfALargeObjectLeavesNothing() throws IOException {
    AtomicInteger fills = new AtomicInteger();
    ObjectSource failing =
        filling(
            10 * PART,
            () -> {
              if (fills.incrementAndGet() == 5) {
                throw new IllegalStateException("broken source");
              }
            });
    assertThatThrownBy(() -> putOne(OnExisting.ERROR, failing)).hasMessage("broken source");
    assertThat(files()).isEmpty();
  }

  @Test
  void aCallbackThatThrowsIsAFailure() {
    try (ObjectPutter putter = putter(OnExisting.ERROR, 1, PART)) {
      assertThatThrownBy(
              () -> {
                putter.put(
                    "x",
                    random(1),
                    result -> {
                      throw new AssertionError(result.name());
                    });
                putter.drain();
              })
          .isInstanceOf(AssertionError.class)
          .hasMessage("x");
    }
  }

  @Test
  void cancellingFinishesWhatIsInFlightAndStartsNothing() throws Exception {
    Gate gate = new Gate();
    try (ObjectPutter putter = putter(OnExisting.ERROR, 1, PART)) {
      putter.put("x", filling(10 * PART, gate::pass), results::add);
      gate.entered.await();
      FutureTask<Void> waiting = start(() -> putter.put("y", random(1), results::add));
      token.cancel();
      gate.open.countDown();
      assertThatThrownBy(waiting::get)
          .cause()
          .isInstanceOf(InterruptedIOException.class)
          .hasMessageContaining("cancelled");
      assertThatThrownBy(putter::drain)
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("Cannot put below %s: the work was cancelled".formatted(prefix));
    }
    assertThat(files()).containsOnlyKeys("x");
    assertThat(directory.resolve("x")).hasSize(10 * PART);
    assertThat(results).extracting(PutResult::name).containsExactly("x");
  }

  @Test
  void waitingForASlotIsInterruptible() throws Exception {
    assertInterruptible(putter -> putter.put("y", random(1), results::add));
  }

  @Test
  void drainingIsInterruptible() throws Exception {
    assertInterruptible(ObjectPutter::drain);
  }

  private void assertInterruptible(PutterAction action) throws Exception {
    Gate gate = new Gate();
    try (ObjectPutter putter = putter(OnExisting.ERROR, 1, PART)) {
      putter.put("x", filling(10, gate::pass), results::add);
      gate.entered.await();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> action.run(putter))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      gate.open.countDown();
      putter.drain();
    }
    assertThat(results).extracting(PutResult::name).containsExactly("x");
  }

  @Test
  void closingWaitsForWhatIsInFlightEvenWhenInterrupted() throws Exception {
    Gate gate = new Gate();
    ObjectPutter putter = putter(OnExisting.ERROR, 2, PART);
    putter.put("x", filling(10 * PART, gate::pass), results::add);
    gate.entered.await();
    FutureTask<Boolean> closing =
        start(
            () -> {
              Thread.currentThread().interrupt();
              putter.close();
              return results.size() == 1 && Thread.interrupted();
            });
    gate.open.countDown();
    assertThat(closing.get()).isTrue();
    assertThat(directory.resolve("x")).hasSize(10 * PART);
    putter.close();
    assertThatThrownBy(() -> putter.put("y", random(1), results::add))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void objectsAreMadeOnNamedDaemonThreads() throws IOException {
    Map<String, Boolean> threads = new ConcurrentHashMap<>();
    ObjectSource source =
        filling(
            1,
            () -> threads.put(Thread.currentThread().getName(), Thread.currentThread().isDaemon()));
    putOne(OnExisting.ERROR, source);
    assertThat(threads).hasSize(1).containsValue(true);
    assertThat(threads.keySet()).allMatch(name -> name.matches("s3dlio-put-[0-9]+"));
  }

  private void assertRefused(ObjectSource source) {
    assertThatThrownBy(() -> putOne(OnExisting.ERROR, source))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageStartingWith("Cannot ")
        .hasMessageContaining(prefix + "/x")
        .hasMessageContaining("onExisting=skip")
        .hasMessageContaining("onExisting=overwrite");
    assertThat(results).isEmpty();
  }

  private void putOne(OnExisting onExisting, ObjectSource source) throws IOException {
    try (ObjectPutter putter = putter(onExisting, 1, PART)) {
      putter.put("x", source, results::add);
      putter.drain();
    }
  }

  private ObjectPutter putter(OnExisting onExisting, int maxConcurrency, int partSize) {
    return putter(onExisting, maxConcurrency, partSize, 1);
  }

  private ObjectPutter putter(OnExisting onExisting, int maxConcurrency, int partSize, int parts) {
    return new ObjectPutter(
        store,
        prefix,
        new PutOptions(onExisting, maxConcurrency, partSize, parts, WriterOptions.DEFAULT),
        token);
  }

  private Map<String, Path> files() throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(Files::isRegularFile)
          .collect(Collectors.toMap(path -> directory.relativize(path).toString(), path -> path));
    }
  }

  private static ObjectSource random(long size) {
    return new ObjectSpec(7, "x", size, ObjectType.RANDOM).source(42);
  }

  private static byte[] bytes(ObjectSource source) {
    ByteBuffer target = ByteBuffer.allocate((int) source.length());
    source.fill(0, target);
    return target.array();
  }

  private static int crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task, "test-helper").start();
    return task;
  }

  private static FutureTask<Void> start(Action work) {
    return start(
        () -> {
          work.run();
          return null;
        });
  }

  /** Zeros, with something that happens before each fill. */
  private static ObjectSource filling(long size, Action before) {
    ObjectSource zeros = new ZeroBytes(size);
    return new ObjectSource() {
      @Override
      public long length() {
        return size;
      }

      @Override
      public void fill(long offset, ByteBuffer target) {
        try {
          before.run();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
        zeros.fill(offset, target);
      }
    };
  }

  /** A source whose object comes into being, by another hand, while it is filled. */
  private record Intruded(ObjectSource source, Path file) implements ObjectSource {
    @Override
    public long length() {
      return source.length();
    }

    @Override
    public void fill(long offset, ByteBuffer target) {
      try {
        Files.write(file, "intruder".getBytes(UTF_8));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      source.fill(offset, target);
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws Exception;
  }

  @FunctionalInterface
  private interface PutterAction {
    void run(ObjectPutter putter) throws Exception;
  }

  /** Lets a test see that a fill has begun, and hold it. */
  private static final class Gate {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);

    void pass() throws InterruptedException {
      entered.countDown();
      open.await();
    }
  }
}
