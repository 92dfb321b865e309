package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.azure.AccessTokens.Token;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When tokens are asked for, and who waits for them. */
@Timeout(60)
class AccessTokensTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private static final class ManualClock extends Clock {
    private volatile Instant now = START;

    void advance(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private Token next(Duration life) {
    return new Token("t" + asked.incrementAndGet(), clock.instant().plus(life));
  }

  private static String header(AccessTokens tokens) throws IOException {
    List<String> fields = new ArrayList<>();
    assertThat(tokens.authorize("GET", "/c/k", "a=b", fields, 0)).isEqualTo("a=b");
    assertThat(fields).hasSize(2).startsWith("Authorization");
    return fields.get(1);
  }

  @Test
  void aTokenServesUntilWellBeforeItsEnd() throws IOException {
    AccessTokens tokens = new AccessTokens(() -> next(HOUR), clock);

    assertThat(header(tokens)).isEqualTo("Bearer t1");
    clock.advance(Duration.ofMinutes(49));
    assertThat(header(tokens)).isEqualTo("Bearer t1");
    clock.advance(Duration.ofMinutes(2));
    assertThat(header(tokens)).isEqualTo("Bearer t2");
    assertThat(asked).hasValue(2);
  }

  @Test
  void aShortTokenIsReplacedHalfwayToItsEnd() throws IOException {
    AccessTokens tokens = new AccessTokens(() -> next(Duration.ofMinutes(6)), clock);

    assertThat(header(tokens)).isEqualTo("Bearer t1");
    clock.advance(Duration.ofMinutes(2));
    assertThat(header(tokens)).isEqualTo("Bearer t1");
    clock.advance(Duration.ofMinutes(2));
    assertThat(header(tokens)).isEqualTo("Bearer t2");
  }

  @Test
  void othersGoOnWithTheOldTokenWhileOneAsks() throws Exception {
    CountDownLatch askedAgain = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    AccessTokens tokens =
        new AccessTokens(
            () -> {
              Token token = next(HOUR);
              if (asked.get() == 2) {
                askedAgain.countDown();
                await(answered);
              }
              return token;
            },
            clock);
    header(tokens);
    clock.advance(Duration.ofMinutes(55));

    Future<String> asking = threads.submit(() -> header(tokens));
    await(askedAgain);
    for (int i = 0; i < 10; i++) {
      assertThat(header(tokens)).isEqualTo("Bearer t1");
    }
    answered.countDown();

    assertThat(asking.get()).isEqualTo("Bearer t2");
    assertThat(asked).hasValue(2);
  }

  @Test
  void aTokenThatCannotBeReplacedServesToItsEndAndIsAskedForNowAndThen() throws IOException {
    AccessTokens tokens =
        new AccessTokens(
            () -> {
              Token token = next(HOUR);
              if (asked.get() > 1) {
                throw new IOException("nobody");
              }
              return token;
            },
            clock);
    header(tokens);
    clock.advance(Duration.ofMinutes(51));

    assertThat(header(tokens)).isEqualTo("Bearer t1");
    assertThat(header(tokens)).isEqualTo("Bearer t1");
    assertThat(asked).as("not at every request").hasValue(2);
    clock.advance(Duration.ofMinutes(1));
    assertThat(header(tokens)).isEqualTo("Bearer t1");
    assertThat(asked).hasValue(3);
    clock.advance(Duration.ofMinutes(8));
    assertThatThrownBy(() -> header(tokens)).isInstanceOf(IOException.class).hasMessage("nobody");
  }

  @Test
  void whoWaitsWithoutATokenSharesTheTokenOrTheRefusal() throws Exception {
    for (boolean refused : new boolean[] {false, true}) {
      asked.set(0);
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch answered = new CountDownLatch(1);
      AccessTokens tokens =
          new AccessTokens(
              () -> {
                Token token = next(HOUR);
                begun.countDown();
                await(answered);
                if (refused) {
                  throw new IOException("nobody");
                }
                return token;
              },
              clock);
      List<Future<String>> waiting = new ArrayList<>();
      waiting.add(threads.submit(() -> header(tokens)));
      await(begun);
      for (int i = 0; i < 5; i++) {
        waiting.add(threads.submit((Callable<String>) () -> header(tokens)));
      }
      while (tokens.waiting() < 5) {
        Thread.onSpinWait();
      }
      answered.countDown();

      for (Future<String> one : waiting) {
        if (refused) {
          assertThatThrownBy(one::get).hasRootCauseMessage("nobody");
        } else {
          assertThat(one.get()).isEqualTo("Bearer t1");
        }
      }
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void aTokenThatTheServerRefusesIsReplacedUnlessItIsAlready() throws IOException {
    AccessTokens tokens = new AccessTokens(() -> next(HOUR), clock);
    String first = header(tokens);

    assertThat(tokens.refresh(first)).isTrue();
    assertThat(header(tokens)).isEqualTo("Bearer t2");
    assertThat(tokens.refresh(first)).as("another thread was faster").isTrue();
    assertThat(asked).hasValue(2);
  }

  @Test
  void aSourceThatGivesTheSameTokenAgainHasNothingNewer() throws IOException {
    AccessTokens tokens = new AccessTokens(() -> new Token("same", START.plus(HOUR)), clock);

    assertThat(tokens.refresh(header(tokens))).isFalse();
  }

  @Test
  void noTokenShowsItself() {
    assertThat(new Token("very-secret", START).toString()).doesNotContain("very-secret");
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IOException("nothing came");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
