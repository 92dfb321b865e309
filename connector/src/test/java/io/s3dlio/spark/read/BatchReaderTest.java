package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchReaderTest {
  private static final int SIZE = 1000;

  private final FakeStore store = new FakeStore();
  private final ReadMetrics metrics = new ReadMetrics();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final CountDownLatch reading = new CountDownLatch(1);
  private long budget;

  @BeforeEach
  void rememberTheBudget() {
    budget = BufferPool.shared().stats().budgetBytes();
  }

  @AfterEach
  void memoryIsBack() {
    gate.countDown();
    BufferPool.shared().setBudget(budget);
    ReadFixture.awaitMemoryBack();
  }

  @Test
  void everyRowLiesWhereTheLayoutSays() throws IOException {
    try (BatchReader reader = reader(limits(2500, 2), 10)) {
      List<String> rows = new ArrayList<>();
      for (Optional<LoadedBatch> next = reader.next(); next.isPresent(); next = reader.next()) {
        try (LoadedBatch batch = next.get()) {
          for (int row = 0; row < batch.rows().rows(); row++) {
            byte[] content = batch.copy(row);
            rows.add(batch.rows().object(row) + ":" + content.length + ":" + content[999]);
          }
        }
      }
      assertThat(rows).hasSize(10).first().isEqualTo("0:1000:-25");
      assertThat(rows).last().isEqualTo("9:1000:-25");
    }
  }

  @Test
  void anInterruptedThreadStopsWithItsFlagSetAndMemoryComesBackOnceNothingWritesToIt()
      throws Exception {
    store.reader = this::block;
    BatchReader reader = reader(limits(SIZE, 2), 5);
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread task =
        new Thread(
            () -> {
              try {
                reader.next();
              } catch (Throwable e) {
                flag.complete(Thread.currentThread().isInterrupted());
                failure.complete(e);
              }
            });
    task.start();
    reading.await();
    task.interrupt();

    assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(flag.get()).isTrue();
    task.join();
    assertThat(BufferPool.shared().stats().leases()).isPositive();
    int started = store.reads.get();
    gate.countDown();
    ReadFixture.awaitMemoryBack();
    assertThat(store.reads).hasValue(started);
  }

  @Test
  void closingTwiceGivesBackWhatIsUnderWay() throws Exception {
    store.reader =
        request -> {
          if (request.location().name().equals("0")) {
            FakeStore.fill(request);
          } else {
            block(request);
          }
        };
    BatchReader reader = reader(limits(SIZE, 2), 5);
    reader.next().orElseThrow().close();
    reading.await();

    reader.close();
    reader.close();

    assertThat(reader.next()).isEmpty();
    gate.countDown();
  }

  @Test
  void aFailureOfTheStoreArrivesAsItIs() {
    store.reader =
        request -> {
          throw new AccessDeniedException(
              Failure.of("read", request.location(), "permission denied"));
        };

    assertThatExceptionOfType(AccessDeniedException.class)
        .isThrownBy(() -> reader(limits(SIZE, 2), 5).next())
        .withMessage("Cannot read s3://b/d/0: permission denied");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1000000, 1000000, 1",
    "3, 1000000, 1000000, 4",
    "3, 2500, 1000000, 2",
    "3, 1000000, 1, 1",
    "100, 1000000, 1000000, 10",
  })
  void readsAheadAsFarAsItMay(int prefetch, long prefetchBytes, long poolBudget, int leases)
      throws IOException {
    BufferPool.shared().setBudget(poolBudget);
    BatchLimits limits = new BatchLimits(SIZE, prefetch, prefetchBytes, SIZE, 1000, false, 0, 0);
    try (BatchReader reader = reader(limits, 10);
        LoadedBatch first = reader.next().orElseThrow()) {
      assertThat(first.rows().bytes()).isEqualTo(SIZE);
      assertThat(BufferPool.shared().stats().leases()).isEqualTo(leases);
    }
  }

  @Test
  void ofLargeObjectsOneIsReadAhead() throws IOException {
    BatchLimits limits = new BatchLimits(SIZE / 4, 3, Long.MAX_VALUE, SIZE, 1000, false, 0, 0);
    try (BatchReader reader = reader(limits, 10);
        LoadedBatch first = reader.next().orElseThrow()) {
      assertThat(first.rows().bytes()).isEqualTo(SIZE);
      assertThat(BufferPool.shared().stats().leases()).isEqualTo(2);
    }
  }

  @Test
  void whatSparkHoldsLeavesLessToReadAhead() throws IOException {
    BatchLimits limits = new BatchLimits(SIZE, 3, 4 * SIZE, SIZE, 1000, false, 0, 0);
    try (BatchReader reader = reader(limits, 10, 2 * SIZE);
        LoadedBatch first = reader.next().orElseThrow()) {
      assertThat(first.rows().bytes()).isEqualTo(SIZE);
      assertThat(BufferPool.shared().stats().leases()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "2, 1", "5, 2", "16, 2", "100, 3"})
  void aTaskHasAtMostSoManyRangesInFlight(int maxConcurrency, int prefetch) throws IOException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    store.reader =
        request -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          FakeStore.fill(request);
          now.decrementAndGet();
        };
    BatchLimits limits =
        new BatchLimits(5 * SIZE, prefetch, Long.MAX_VALUE, SIZE, maxConcurrency, false, 0, 0);
    try (BatchReader reader = reader(limits, 100)) {
      for (Optional<LoadedBatch> next = reader.next(); next.isPresent(); next = reader.next()) {
        next.get().close();
      }
    }

    assertThat(most.get()).isBetween(1, maxConcurrency);
  }

  @Test
  void chunksThatLieSideBySideAreOneRequest() throws IOException {
    ObjectTable table = Splits.table(1000, 500);
    S3dlioInputPartition split = new S3dlioInputPartition(table, 0, 0, 2, 500, 100);
    BatchLimits limits = limits(800, 0);
    try (BatchReader reader =
        new BatchReader(
            new BatchPlanner(split, true, limits),
            limits,
            store,
            RangeEngineConfig.DEFAULT,
            new BatchMemory(false, TaskScope.current(), metrics),
            metrics,
            () -> 0)) {
      reader.next().orElseThrow().close();
      assertThat(store.reads).hasValue(1);
      try (LoadedBatch second = reader.next().orElseThrow()) {
        assertThat(store.reads).hasValue(3);
        assertThat(second.rows().rows()).isEqualTo(7);
        assertThat(second.copy(0)[0]).isEqualTo((byte) 800);
        assertThat(second.copy(2)[0]).isEqualTo((byte) 0);
        assertThat(second.copy(3)[0]).isEqualTo((byte) 100);
      }
      assertThat(reader.next()).isEmpty();
    }
  }

  @Test
  void anObjectThatWasMissedIsLeftOutEvenIfItCameBack() throws IOException {
    store.reader =
        request -> {
          if (request.location().name().equals("3")) {
            throw new NotFoundException(Failure.of("read", request.location(), "gone"));
          }
          FakeStore.fill(request);
        };
    for (int i = 0; i < 5; i++) {
      store.add("s3://b/d/" + i, SIZE);
    }
    BatchLimits limits = new BatchLimits(10 * SIZE, 0, 0, SIZE, 4, true, 0, 0);
    try (BatchReader reader = reader(limits, 5);
        LoadedBatch batch = reader.next().orElseThrow()) {
      assertThat(batch.rows().rows()).isEqualTo(4);
      assertThat(batch.rows().object(3)).isEqualTo(4);
      assertThat(batch.copy(3)[999]).isEqualTo((byte) 999);
    }
  }

  @Test
  void aMissingObjectOfSomebodyElseIsAnErrorAndNotAnEndlessSearch() {
    store.reader =
        request -> {
          throw new NotFoundException(Failure.of("read", Location.parse("s3://x/y"), "gone"));
        };
    for (int i = 0; i < 5; i++) {
      store.add("s3://b/d/" + i, SIZE);
    }
    BatchLimits limits = new BatchLimits(10 * SIZE, 0, 0, SIZE, 4, true, 0, 0);

    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> reader(limits, 5).next())
        .withMessageContaining("s3://x/y");
  }

  private void block(ReadRequest request) throws IOException {
    reading.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    FakeStore.fill(request);
  }

  private static BatchLimits limits(long batchBytes, int prefetch) {
    return new BatchLimits(batchBytes, prefetch, Long.MAX_VALUE, SIZE, 16, false, 0, 0);
  }

  private BatchReader reader(BatchLimits limits, int objects) {
    return reader(limits, objects, 0);
  }

  private BatchReader reader(BatchLimits limits, int objects, long delivered) {
    long[] lengths = new long[objects];
    Arrays.fill(lengths, SIZE);
    return new BatchReader(
        new BatchPlanner(Splits.whole(Splits.table(lengths)), true, limits),
        limits,
        store,
        RangeEngineConfig.DEFAULT,
        new BatchMemory(false, TaskScope.current(), metrics),
        metrics,
        () -> delivered);
  }
}
