package io.s3dlio.storage.loader;

import static io.s3dlio.storage.loader.PatternObjects.many;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.testing.NoLeaks;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class AsyncPoolDataLoaderTest {
  private static final LoaderOptions EIGHT = LoaderOptions.DEFAULT.withBatchSize(8);

  @Test
  void aSlowObjectDelaysItsOwnBatchAndNoOther() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    PatternObjects objects =
        many(64, 100)
            .before(
                request -> {
                  if (request.location().key().equals("0001")) {
                    await(released);
                  }
                });
    try (Dataset dataset = objects.listed();
        AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      Set<Long> seen = new HashSet<>();
      for (int i = 0; i < 7; i++) {
        Batch batch = batches.next();
        objects.check(batch);
        seen.add(batch.index());
      }
      assertThat(seen).hasSize(7).doesNotContain(0L);
      released.countDown();
      assertThat(batches.next().index()).isZero();
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void thePoolIsFilledAcrossBatchesAndNoFurther() throws Exception {
    CyclicBarrier twenty = new CyclicBarrier(20);
    PatternObjects objects = many(160, 10).before(request -> twenty.await(30, TimeUnit.SECONDS));
    PoolConfig pool = PoolConfig.DEFAULT.withPoolSize(20);
    try (Dataset dataset = objects.listed();
        AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream(pool)) {
      assertThat(batches.asStream().count()).isEqualTo(20);
    }
    assertThat(objects.mostInFlight).hasValue(20);
  }

  @Test
  void noBatchStartsWhileEnoughAreReady() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    PatternObjects objects = many(160, 10).before(request -> await(begun));
    Dataset listed = objects.listed();
    AtomicInteger asked = new AtomicInteger();
    Items items =
        new Items() {
          @Override
          public long size() {
            return listed.size();
          }

          @Override
          public DatasetItem item(long index) {
            asked.incrementAndGet();
            return listed.item(index);
          }
        };
    PoolConfig pool = PoolConfig.DEFAULT.withPoolSize(8).withReadaheadBatches(2);
    try (Dataset dataset = objects.dataset(items);
        AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream(pool)) {
      assertThat(asked).as("two to be ready, and what eight requests fill").hasValue(24);
      begun.countDown();
      awaitReady(batches, 3);
      batches.next();
      assertThat(asked).as("two are ready").hasValue(24);
      batches.next();
      // One is ready: another starts, by whichever thread sees to that.
      while (asked.get() <= 24) {
        Thread.onSpinWait();
      }
    }
  }

  private static void awaitReady(BatchStream batches, int count) {
    while (batches.ready() < count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void everyItemComesAlthoughMoreFailThanThePoolHasRequests() throws Exception {
    PatternObjects objects =
        many(200, 10)
            .before(
                request -> {
                  if (request.location().key().endsWith("7")) {
                    throw new StorageException(
                        Failure.of("read", request.location(), "it is broken"));
                  }
                });
    try (Dataset dataset = objects.listed();
        AsyncPoolDataLoader loader =
            new AsyncPoolDataLoader(dataset, EIGHT.withErrorPolicy(ErrorPolicy.skip(20)));
        BatchStream batches = loader.stream(PoolConfig.DEFAULT.withPoolSize(4))) {
      assertThat(batches.asStream().mapToInt(Batch::size).sum()).isEqualTo(180);
      assertThat(batches.failures()).hasSize(20);
    }
  }

  @Test
  void aFailureEndsTheStreamAlthoughMoreCouldCome() throws Exception {
    PatternObjects objects =
        many(320, 10)
            .before(
                request -> {
                  if (request.location().key().equals("0030")) {
                    throw new StorageException(
                        Failure.of("read", request.location(), "it is broken"));
                  }
                });
    try (Dataset dataset = objects.listed();
        AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> batches.asStream().forEach(Batch::close))
            .hasCauseInstanceOf(StorageException.class)
            .hasMessageContaining("0030: it is broken");
      }
    }
    assertThat(objects.reads).hasSizeLessThan(320);
  }

  @Test
  void aBatchThatTakesTooLongFailsAndIsNamed() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    PatternObjects objects =
        many(16, 10)
            .before(
                request -> {
                  if (request.location().key().equals("0013")) {
                    await(released);
                  }
                });
    PoolConfig pool = PoolConfig.DEFAULT.withBatchTimeout(Duration.ofMillis(200));
    try (Dataset dataset = objects.listed();
        AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, EIGHT);
        BatchStream batches = loader.stream(pool)) {
      assertThat(batches.next().index()).isZero();
      assertThatThrownBy(batches::nextBatch)
          .isInstanceOf(StorageTimeoutException.class)
          .hasMessage(
              "Cannot read s3://bucket/0013: batch 1 took longer than 200 ms, and 1 of its 8 items"
                  + " are not there yet. Raise batchTimeout, or lower batchSize");
      released.countDown();
    }
  }

  @Test
  void aPoolIsDerivedFromOptionsAsTheGuideSays() {
    assertThat(PoolConfig.DEFAULT).isEqualTo(new PoolConfig(64, 4, Duration.ofSeconds(30)));
    assertThat(PoolConfig.fromLoaderOptions(LoaderOptions.DEFAULT))
        .isEqualTo(new PoolConfig(64, 2, Duration.ofSeconds(30)));
    assertThat(
            PoolConfig.fromLoaderOptions(LoaderOptions.DEFAULT.withNumWorkers(3).withPrefetch(5)))
        .isEqualTo(new PoolConfig(48, 5, Duration.ofSeconds(30)));
    assertThatThrownBy(() -> PoolConfig.DEFAULT.withPoolSize(0))
        .hasMessage("Invalid poolSize: 0 (must be > 0)");
    assertThatThrownBy(() -> PoolConfig.DEFAULT.withBatchTimeout(Duration.ZERO))
        .hasMessage("Invalid batchTimeout: PT0S (must be > 0)");
  }

  private static void acquire(Semaphore permits, int count) throws InterruptedException {
    assertThat(permits.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
