package io.s3dlio.storage.s3;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConcurrencyLimitTest {
  @Test
  void aRefusalHalvesTheLimitOnceForAllThatWereUnderWay() throws InterruptedException {
    ConcurrencyLimit limit = new ConcurrencyLimit(16);
    List<Long> requests = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      requests.add(limit.begin());
    }

    requests.forEach(limit::endThrottled);

    assertThat(limit.limit()).isEqualTo(8);
    limit.endThrottled(limit.begin());
    assertThat(limit.limit()).isEqualTo(4);
  }

  @Test
  void theLimitNeverFallsBelowOne() throws InterruptedException {
    ConcurrencyLimit limit = new ConcurrencyLimit(2);
    for (int i = 0; i < 5; i++) {
      limit.endThrottled(limit.begin());
    }

    assertThat(limit.limit()).isEqualTo(1);
  }

  @Test
  void successesRaiseTheLimitSlowlyAndNeverAboveTheMost() throws InterruptedException {
    ConcurrencyLimit limit = new ConcurrencyLimit(8);
    limit.endThrottled(limit.begin());
    assertThat(limit.limit()).isEqualTo(4);

    limit.begin();
    limit.end();
    assertThat(limit.limit()).isEqualTo(4);
    for (int i = 0; i < 5; i++) {
      limit.begin();
      limit.end();
    }
    assertThat(limit.limit()).isEqualTo(5);
    for (int i = 0; i < 100; i++) {
      limit.begin();
      limit.end();
    }
    assertThat(limit.limit()).isEqualTo(8);
  }

  @Test
  void noMoreThanTheLimitAreUnderWay() throws Exception {
    ConcurrencyLimit limit = new ConcurrencyLimit(3);
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  begin(limit);
                  most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                  Thread.yield();
                  underWay.decrementAndGet();
                  limit.end();
                },
                threads));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, SECONDS);
    } finally {
      threads.shutdownNow();
    }

    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void waitingEndsByInterruption() throws Exception {
    ConcurrencyLimit limit = new ConcurrencyLimit(1);
    limit.begin();
    CompletableFuture<Long> second = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                second.complete(limit.begin());
              } catch (InterruptedException e) {
                second.completeExceptionally(e);
              }
            });
    waiting.start();

    waiting.interrupt();

    assertThatThrownBy(second::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    limit.end();
    assertThat(limit.begin()).isPositive();
  }

  private static void begin(ConcurrencyLimit limit) {
    try {
      limit.begin();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
