package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CancellationToken;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of work for which there is no thread. */
@Timeout(60)
class ConcurrentWorkTest {
  private static final int CONCURRENCY = 3;

  private final AtomicInteger done = new AtomicInteger();

  static List<Throwable> refusals() {
    return List.of(
        new RejectedExecutionException("planned"),
        new OutOfMemoryError("unable to create native thread: planned"));
  }

  /** Gives each action a thread, but not the one of this number, from 0. */
  private static Executor refusing(int number, Throwable refusal) {
    AtomicInteger asked = new AtomicInteger();
    return action -> {
      if (asked.getAndIncrement() == number) {
        if (refusal instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) refusal;
      }
      Thread thread = new Thread(action, "concurrent-work-test");
      thread.setDaemon(true);
      thread.start();
    };
  }

  private static ConcurrentWork work(Executor threads) {
    return work(threads, new JvmLimit(100));
  }

  private static ConcurrentWork work(Executor threads, JvmLimit limit) {
    return new ConcurrentWork("try", CONCURRENCY, new CancellationToken(), threads, limit);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void theRefusalOfAThreadIsRaisedAndNothingWaitsForWhatNeverBegan(Throwable refusal)
      throws IOException {
    try (ConcurrentWork work = work(refusing(0, refusal))) {
      assertThatThrownBy(() -> work.start(done::incrementAndGet)).isSameAs(refusal);

      assertThat(work.awaitOne()).as("nothing is in flight").isFalse();
      work.awaitRoom();
      work.drain();
    }
    assertThat(done).hasValue(0);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatIsInFlightGoesOnAndEveryPermitComesBack(Throwable refusal) throws Exception {
    CountDownLatch all = new CountDownLatch(CONCURRENCY);
    CountDownLatch first = new CountDownLatch(1);
    try (ConcurrentWork work = work(refusing(1, refusal))) {
      work.start(
          () -> {
            awaitQuietly(first);
            done.incrementAndGet();
          });
      assertThatThrownBy(() -> work.start(done::incrementAndGet)).isSameAs(refusal);
      first.countDown();
      while (work.awaitOne()) {
        assertThat(done).as("the one that has begun has ended").hasValue(1);
      }

      for (int i = 0; i < CONCURRENCY; i++) {
        work.start(
            () -> {
              all.countDown();
              awaitQuietly(all);
              done.incrementAndGet();
            });
      }
      work.drain();
    }
    assertThat(done).as("as many at once as may be, after the refusal too").hasValue(4);
  }

  @ParameterizedTest
  @CsvSource({"5, 2", "1, 4", "2, 2"})
  void noMoreOfAllWorksAreInFlightThanTheJvmAllows(int before, int after) throws Exception {
    JvmLimit limit = new JvmLimit(before);
    limit.set(after);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch full = new CountDownLatch(after);
    List<Thread> tasks = new ArrayList<>();
    for (int task = 0; task < 4; task++) {
      Thread thread = new Thread(() -> work(limit, now, most, full), "concurrent-work-task");
      thread.start();
      tasks.add(thread);
    }
    for (Thread task : tasks) {
      task.join();
    }
    assertThat(done).hasValue(4 * 20);
    assertThat(most).hasValue(after);
  }

  private void work(JvmLimit limit, AtomicInteger now, AtomicInteger most, CountDownLatch full) {
    try (ConcurrentWork work = work(refusing(-1, new IllegalStateException()), limit)) {
      for (int i = 0; i < 20; i++) {
        work.start(
            () -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              full.countDown();
              awaitQuietly(full);
              now.decrementAndGet();
              done.incrementAndGet();
            });
      }
      work.drain();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatFailedOrFoundNoThreadLeavesItsRoomToOthers() throws Exception {
    JvmLimit limit = new JvmLimit(1);
    try (ConcurrentWork failing = work(refusing(1, new IllegalStateException("none")), limit)) {
      failing.start(
          () -> {
            throw new IOException("planned");
          });
      assertThatThrownBy(failing::drain).hasMessage("planned");
      assertThatThrownBy(() -> failing.start(done::incrementAndGet)).hasMessage("planned");
    }
    try (ConcurrentWork refused = work(refusing(0, new IllegalStateException("none")), limit)) {
      assertThatThrownBy(() -> refused.start(done::incrementAndGet)).hasMessage("none");
    }
    try (ConcurrentWork work = work(refusing(-1, new IllegalStateException()), limit)) {
      work.start(done::incrementAndGet);
      work.drain();
    }
    assertThat(done).hasValue(1);
  }

  @Test
  void whoWaitsForTheJvmCanBeInterrupted() throws Exception {
    JvmLimit limit = new JvmLimit(1);
    limit.acquire();
    try (ConcurrentWork work = work(refusing(-1, new IllegalStateException()), limit)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> work.start(done::incrementAndGet))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      limit.release();
      work.start(done::incrementAndGet);
      work.drain();
    }
    assertThat(done).hasValue(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
