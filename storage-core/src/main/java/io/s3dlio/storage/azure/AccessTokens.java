package io.s3dlio.storage.azure;

import io.s3dlio.storage.azure.AzureClient.Authorization;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks in the name of an identity, whose token is kept and replaced well before it expires. One
 * thread at a time asks for a token, and the others go on with the old one as long as it is good.
 * Thread-safe.
 */
final class AccessTokens implements Authorization {
  /** A token is replaced so long before its end, or halfway to it if it is short. */
  private static final Duration AHEAD = Duration.ofMinutes(10);

  /** While a token is good, whoever gives none is asked again after so long. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  /** Clocks differ, and a request takes its time. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(AccessTokens.class);

  private final Source source;
  private final Clock clock;
  private final ReentrantLock asking = new ReentrantLock();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile @Nullable Kept kept;
  private volatile @Nullable IOException refusal;
  private volatile Instant pausedUntil = Instant.MIN;

  /** Gives tokens. */
  @FunctionalInterface
  interface Source {
    /**
     * Returns a token that is good now.
     *
     * @throws IOException which holds no secret
     */
    Token get() throws IOException;
  }

  /** A token and its end. What it shows of itself holds no secret. */
  record Token(String value, Instant expires) {
    @Override
    public String toString() {
      return "Token[redacted, expires=" + expires + "]";
    }
  }

  private record Kept(Token token, Instant replaced) {
    boolean isGood(Instant now) {
      return now.plus(MARGIN).isBefore(token.expires());
    }

    boolean isFresh(Instant now) {
      return now.isBefore(replaced) && isGood(now);
    }
  }

  /** Returns a source that is made when a token is asked for, and not before. */
  static Source lazily(Supplier<Source> made) {
    return new Source() {
      private @Nullable Source source;

      @Override
      public synchronized Token get() throws IOException {
        Source known = source;
        if (known == null) {
          known = made.get();
          source = known;
        }
        return known.get();
      }
    };
  }

  AccessTokens(Source source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  @Override
  public String authorize(
      String method, String path, String query, List<String> fields, long length)
      throws IOException {
    fields.add("Authorization");
    fields.add("Bearer " + token().value());
    return query;
  }

  private Token token() throws IOException {
    Kept current = kept;
    Instant now = clock.instant();
    if (current != null && current.isFresh(now)) {
      return current.token();
    }
    return current != null && current.isGood(now) ? replaced(current, now) : firstToken();
  }

  /** Returns a newer token, or the old one if another thread asks or nobody gives one. */
  private Token replaced(Kept current, Instant now) {
    if (now.isBefore(pausedUntil) || !asking.tryLock()) {
      return current.token();
    }
    try {
      Kept latest = kept;
      return latest != null && latest.isFresh(now) ? latest.token() : ask();
    } catch (IOException e) {
      pausedUntil = now.plus(PAUSE);
      LOG.warn("The token of the identity is not replaced yet: {}", e.getMessage());
      return current.token();
    } finally {
      asking.unlock();
    }
  }

  /** Waits for a token. Those who wait while nobody gives one share the refusal. */
  private Token firstToken() throws IOException {
    int before = asked.get();
    lock();
    try {
      Kept latest = kept;
      if (latest != null && latest.isGood(clock.instant())) {
        return latest.token();
      }
      IOException refused = refusal;
      if (refused != null && asked.get() != before) {
        throw new IOException(refused.getMessage(), refused);
      }
      return ask();
    } finally {
      asking.unlock();
    }
  }

  /** Returns how many threads wait for another that asks, about. */
  int waiting() {
    return asking.getQueueLength();
  }

  private void lock() throws IOException {
    try {
      asking.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("Interrupted before there was a token");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  /** For the thread that holds the lock. */
  private Token ask() throws IOException {
    try {
      Token token = source.get();
      Instant now = clock.instant();
      Duration half = Duration.between(now, token.expires()).dividedBy(2);
      Duration ahead = half.compareTo(AHEAD) < 0 ? half : AHEAD;
      kept = new Kept(token, token.expires().minus(ahead));
      refusal = null;
      return token;
    } catch (IOException e) {
      refusal = e;
      throw e;
    } finally {
      asked.incrementAndGet();
    }
  }

  /** The source renews by itself: a newer token is one that is not the last one. */
  @Override
  public boolean refresh(String refused) throws IOException {
    lock();
    try {
      Kept latest = kept;
      if (latest != null && !refused.equals("Bearer " + latest.token().value())) {
        return true;
      }
      return !refused.equals("Bearer " + ask().value());
    } finally {
      asking.unlock();
    }
  }
}
