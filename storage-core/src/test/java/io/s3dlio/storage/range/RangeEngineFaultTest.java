package io.s3dlio.storage.range;

import static io.s3dlio.storage.range.PatternStore.fill;
import static io.s3dlio.storage.range.PatternStore.location;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.range.BatchRead.Stats;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the engine does with reads that fail, hang or come back short. */
@Timeout(60)
class RangeEngineFaultTest {
  private static final RangeEngineConfig SMALL =
      RangeEngineConfig.DEFAULT.withChunkSize(100).withMinSplitSize(200);

  private final ManualTimer timer = new ManualTimer();
  private final AtomicLong clock = new AtomicLong();
  private final RetryPolicy longestWaits =
      new RetryPolicy(5, Duration.ofMillis(50), Duration.ofSeconds(5), bound -> bound);
  private final RangeEngine engine = new RangeEngine(4, longestWaits, timer, clock::get);
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void retryGoesOnFromTheByteReached() throws Exception {
    List<String> seen = new ArrayList<>();
    PatternStore store =
        new PatternStore(
            request -> {
              seen.add(request.offset() + "+" + request.target().remaining());
              fill(request, Math.min(30, request.target().remaining()));
              if (request.target().hasRemaining()) {
                throw throttled(request);
              }
            });
    ReadRequest request = request("a", 1_000, 100);
    BatchRead batch = submit(store, SMALL, 1, request);
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ManualTimer.Waiting waiting = timer.take();
      waits.add(waiting.nanos() / 1_000_000);
      waiting.action().run();
    }
    batch.await();
    assertThat(seen).containsExactly("1000+100", "1030+70", "1060+40", "1090+10");
    assertThat(waits).containsExactly(50L, 100L, 200L);
    assertThat(batch.stats()).isEqualTo(new Stats(100, 1, 3));
    for (int i = 0; i < 100; i++) {
      assertThat(request.target().get(i)).isEqualTo(PatternStore.byteAt(location("a"), 1_000 + i));
    }
  }

  @Test
  void lastAttemptFailsTheBatchWithItsTypeAndTheirNumber() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              calls.incrementAndGet();
              throw throttled(request);
            });
    BatchRead batch = submit(store, SMALL, 1, request("a", 0, 10));
    for (int i = 0; i < 4; i++) {
      timer.take().action().run();
    }
    assertThatThrownBy(batch::await)
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining("s3://bucket/a")
        .hasMessageContaining("after 5 attempts");
    assertThat(calls).hasValue(5);
    assertThat(timer.isEmpty()).isTrue();
    assertThat(batch.stats()).isEqualTo(new Stats(0, 1, 4));
  }

  @Test
  void retryThatWouldComeAfterTheTimeoutIsNotWaitedFor() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              calls.incrementAndGet();
              clock.addAndGet(MILLISECONDS.toNanos(40));
              throw throttled(request);
            });
    RangeEngineConfig config = SMALL.withTimeout(Duration.ofMillis(180));
    BatchRead batch = submit(store, config, 1, request("a", 0, 10));
    timer.take().action().run();
    assertThatThrownBy(batch::await)
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining("after 2 attempts");
    assertThat(calls).hasValue(2);
  }

  @Test
  void rangeThatBacksOffHoldsNoThread() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              if (request.location().key().equals("slow") && calls.getAndIncrement() == 0) {
                throw throttled(request);
              }
              fill(request);
            });
    ReadRequest slow = request("slow", 0, 10);
    try (RangeEngine narrow = new RangeEngine(1, longestWaits, timer, clock::get)) {
      BatchRead batch =
          narrow.submit(
              store, List.of(slow, request("fast", 0, 10)), SMALL, 1, new CancellationToken());
      ManualTimer.Waiting waiting = timer.take();
      narrow
          .submit(store, List.of(request("other", 0, 10)), SMALL, 1, new CancellationToken())
          .await();
      assertThat(batch.stats()).as("the rest of the batch is read").isEqualTo(new Stats(10, 2, 0));
      assertThat(batch.isDone()).isFalse();
      waiting.action().run();
      batch.await();
      assertThat(slow.target().hasRemaining()).isFalse();
    }
  }

  @Test
  void cancelDuringABackoffEndsTheBatchAtOnce() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              calls.incrementAndGet();
              throw throttled(request);
            });
    BatchRead batch = submit(store, SMALL, 1, request("a", 0, 10));
    ManualTimer.Waiting waiting = timer.take();
    AtomicInteger drained = new AtomicInteger();
    batch.whenDrained(drained::incrementAndGet);
    batch.cancel();
    assertThat(drained).hasValue(1);
    assertThatThrownBy(batch::await).isInstanceOf(InterruptedIOException.class);
    waiting.action().run();
    assertThat(calls).hasValue(1);
  }

  @Test
  void closeDuringABackoffEndsTheBatch() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              throw throttled(request);
            });
    BatchRead batch = submit(store, SMALL, 1, request("a", 0, 10));
    ManualTimer.Waiting waiting = timer.take();
    engine.close();
    assertThatThrownBy(batch::await).hasMessageContaining("the engine was closed");
    waiting.action().run();
    assertThat(batch.stats().retries()).isZero();
  }

  @Test
  void permanentFailureEndsTheBatchAtOnceAndIsNotWrapped() {
    NotFoundException gone = new NotFoundException(Failure.of("read", location("a"), "gone"));
    PatternStore store =
        new PatternStore(
            request -> {
              calls.incrementAndGet();
              throw gone;
            });
    BatchRead batch = submit(store, SMALL, 1, request("a", 0, 10), request("b", 0, 10));
    assertThat(catchThrowable(batch::await)).isSameAs(gone);
    assertThat(catchThrowable(batch::await)).as("every time").isSameAs(gone);
    assertThat(calls).hasValue(1);
    assertThat(batch.stats()).isEqualTo(new Stats(0, 1, 0));
  }

  @Test
  void failureIsToldWhileOtherRangesAreInFlight() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch drained = new CountDownLatch(1);
    PatternStore store =
        new PatternStore(
            request -> {
              if (request.location().key().equals("bad")) {
                arrived.await();
                throw new IOException("broken");
              }
              arrived.countDown();
              open.await();
              fill(request);
            });
    BatchRead batch = submit(store, SMALL, 2, request("good", 0, 10), request("bad", 0, 10));
    batch.whenDrained(drained::countDown);
    assertThatThrownBy(batch::await).hasMessage("Cannot read s3://bucket/bad: broken");
    assertThat(drained.getCount()).isEqualTo(1);
    open.countDown();
    drained.await();
    assertThat(batch.stats()).isEqualTo(new Stats(10, 2, 0));
  }

  @Test
  void otherExceptionsNameTheObjectAndKeepTheirMeaning() {
    assertThat(failure(new IOException("disk")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read s3://bucket/a: disk");
    assertThat(failure(new EOFException("short")))
        .isExactlyInstanceOf(EOFException.class)
        .hasMessage("Cannot read s3://bucket/a: short");
    assertThat(failure(new InterruptedIOException("stop")))
        .isExactlyInstanceOf(InterruptedIOException.class)
        .hasMessage("Cannot read s3://bucket/a: stop");
    assertThat(failure(new IllegalStateException("bug")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read s3://bucket/a: java.lang.IllegalStateException: bug");
    assertThat(failure(new EOFException()))
        .hasMessage("Cannot read s3://bucket/a: java.io.EOFException");
  }

  @Test
  void errorsOfAStoreFailTheBatchAndLoseNoThread() {
    StackOverflowError error = new StackOverflowError();
    PatternStore store =
        new PatternStore(
            request -> {
              throw error;
            });
    for (int i = 0; i < 20; i++) {
      BatchRead batch = submit(store, SMALL, 4, request("a", 0, 1_000));
      assertThatThrownBy(batch::await).isInstanceOf(StorageException.class).hasCause(error);
    }
  }

  @Test
  void storeThatReturnsEarlyIsAFailure() {
    PatternStore store = new PatternStore(request -> fill(request, 4));
    BatchRead batch = submit(store, SMALL, 1, request("a", 7, 10));
    assertThatThrownBy(batch::await)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("s3://bucket/a")
        .hasMessageContaining("6 bytes")
        .hasMessageContaining("10 bytes at 7");
    assertThat(batch.stats().bytes()).isEqualTo(4);
  }

  @Test
  void rangeThatHangsFailsTheBatchAndDrainsOnceTheStoreLetsGo() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch drained = new CountDownLatch(1);
    PatternStore store =
        new PatternStore(
            request -> {
              calls.incrementAndGet();
              open.await();
              fill(request);
            });
    try (RangeEngine real = new RangeEngine(2)) {
      BatchRead batch =
          real.submit(
              store,
              List.of(request("a", 500, 10), request("b", 0, 10)),
              SMALL.withTimeout(Duration.ofMillis(30)),
              1,
              new CancellationToken());
      batch.whenDrained(drained::countDown);
      assertThatThrownBy(batch::await)
          .isInstanceOf(StorageTimeoutException.class)
          .hasMessageContaining("s3://bucket/a")
          .hasMessageContaining("10 bytes at 500")
          .hasMessageContaining("longer than 30 ms. Raise range.timeout, or lower range.chunkSize");
      assertThat(batch.isDone()).isTrue();
      assertThat(drained.getCount()).isEqualTo(1);
      open.countDown();
      drained.await();
      assertThat(calls).as("nothing starts after the timeout").hasValue(1);
    }
  }

  @Test
  void overdueRangeIsSeenWithoutWaiting() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    PatternStore store =
        new PatternStore(
            request -> {
              arrived.countDown();
              open.await();
              fill(request);
            });
    BatchRead batch = submit(store, SMALL, 1, request("a", 0, 10));
    arrived.await();
    clock.addAndGet(SMALL.timeout().toNanos() - 1);
    assertThat(batch.isDone()).isFalse();
    clock.addAndGet(1);
    assertThat(batch.isDone()).isTrue();
    assertThatThrownBy(batch::await).isInstanceOf(StorageTimeoutException.class);
    open.countDown();
  }

  @Test
  void timerThatRefusesFailsTheBatch() {
    RejectedExecutionException refused = new RejectedExecutionException("no more");
    RangeEngine.Timer broken =
        (action, nanos) -> {
          throw refused;
        };
    PatternStore store =
        new PatternStore(
            request -> {
              throw throttled(request);
            });
    try (RangeEngine unlucky = new RangeEngine(1, longestWaits, broken, clock::get)) {
      BatchRead batch =
          unlucky.submit(store, List.of(request("a", 0, 1)), SMALL, 1, new CancellationToken());
      assertThatThrownBy(batch::await).hasCause(refused);
    }
  }

  @Test
  void realTimerComesBack() throws Exception {
    PatternStore store =
        new PatternStore(
            request -> {
              if (calls.getAndIncrement() < 2) {
                throw throttled(request);
              }
              fill(request);
            });
    try (RangeEngine real = new RangeEngine(1)) {
      BatchRead batch =
          real.submit(store, List.of(request("a", 0, 10)), SMALL, 1, new CancellationToken());
      batch.await();
      assertThat(batch.stats()).isEqualTo(new Stats(10, 1, 2));
    }
  }

  private Throwable failure(Exception thrown) {
    PatternStore store =
        new PatternStore(
            request -> {
              throw thrown;
            });
    Throwable failure = catchThrowable(submit(store, SMALL, 1, request("a", 0, 10))::await);
    assertThat(failure).isInstanceOf(IOException.class).hasCause(thrown);
    return failure;
  }

  private BatchRead submit(
      PatternStore store, RangeEngineConfig config, int maxConcurrency, ReadRequest... requests) {
    return engine.submit(store, List.of(requests), config, maxConcurrency, new CancellationToken());
  }

  private static ReadRequest request(String key, long offset, int length) {
    return new ReadRequest(location(key), "", offset, ByteBuffer.allocateDirect(length));
  }

  private static ThrottledException throttled(ReadRequest request) {
    return new ThrottledException(Failure.of("read", request.location(), "slow down"));
  }
}
