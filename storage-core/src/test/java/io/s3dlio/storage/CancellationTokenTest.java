package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancellationTokenTest {
  private final CancellationToken token = new CancellationToken();
  private final List<String> ran = new ArrayList<>();

  @Test
  void cancellingRunsEveryActionOnce() {
    token.onCancel(() -> ran.add("a"));
    token.onCancel(() -> ran.add("b"));
    assertThat(token.isCancelled()).isFalse();

    token.cancel();
    token.cancel();

    assertThat(token.isCancelled()).isTrue();
    assertThat(ran).containsExactly("a", "b");
  }

  @Test
  void anActionSeesTheTokenCancelled() {
    token.onCancel(() -> ran.add("cancelled " + token.isCancelled()));

    token.cancel();

    assertThat(ran).containsExactly("cancelled true");
  }

  @Test
  void anActionThatComesTooLateRunsAtOnce() {
    token.cancel();

    token.onCancel(() -> ran.add("late")).close();

    assertThat(ran).containsExactly("late");
  }

  @Test
  void aForgottenActionDoesNotRun() {
    CancellationToken.Registration registration = token.onCancel(() -> ran.add("forgotten"));
    token.onCancel(() -> ran.add("kept"));
    registration.close();
    registration.close();

    token.cancel();
    registration.close();

    assertThat(ran).containsExactly("kept");
  }

  @Test
  void anActionThatComesDuringTheCancellationRunsOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 200; round++) {
        CancellationToken shared = new CancellationToken();
        AtomicInteger runs = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(4);
        List<Future<?>> done = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
          boolean cancels = thread == 0;
          done.add(
              threads.submit(
                  () -> {
                    start.await();
                    if (cancels) {
                      shared.cancel();
                    } else {
                      shared.onCancel(runs::incrementAndGet);
                    }
                    return true;
                  }));
        }
        for (Future<?> future : done) {
          future.get();
        }
        assertThat(runs).hasValue(3);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
