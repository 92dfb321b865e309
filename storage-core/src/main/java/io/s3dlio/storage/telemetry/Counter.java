package io.s3dlio.storage.telemetry;

import java.util.concurrent.atomic.LongAdder;

/** What all stores of this JVM have done so far. Read over JMX as {@link CountersMXBean}. */
public enum Counter {
  /** Requests of S3 that the server answered, well or not. */
  S3_ANSWERED("s3.attempts.answered"),
  /** Requests of S3 that got no answer, or the server's own trouble for one. */
  S3_FAILED("s3.attempts.failed"),
  /** Requests of S3 that the server refused as too many. */
  S3_THROTTLED("s3.attempts.throttled"),
  /** Operations of S3, other than reads, that were tried again. */
  S3_RETRIED("s3.operations.retried"),
  /** Ranges that were read again from the byte that they had reached, of any store. */
  RANGES_RETRIED("ranges.retried"),
  /** Connections that were opened. */
  CONNECTIONS_OPENED("http.connections.opened"),
  /** Requests that were sent again because the server had closed their idle connection. */
  REQUESTS_REPLAYED("http.requests.replayed"),
  /** Connections that the JDK's TLS carries because Conscrypt does not load. */
  TLS_FALLBACKS("tls.fallbacks"),
  /** Reads and writes of {@code direct://} that went through the page cache. */
  DIRECT_FALLBACKS("direct.fallbacks");

  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // Counting is what it is for.
  private final LongAdder count = new LongAdder();

  Counter(String text) {
    this.text = text;
  }

  static {
    Counters.register();
  }

  /** Counts one more. Cheap and thread-safe. */
  public void increment() {
    count.increment();
  }

  /** Returns the count so far. */
  public long value() {
    return count.sum();
  }

  /** Returns the name by which operators know it. */
  @Override
  public String toString() {
    return text;
  }
}
