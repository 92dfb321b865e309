package io.s3dlio.storage.telemetry;

import java.util.concurrent.atomic.LongAdder;

/** What all stores of this JVM have done so far. Read over JMX as {@link CountersMXBean}. */
public enum Counter {
  /** Requests to stores across a network that the server answered, well or not. */
  CLOUD_ANSWERED("cloud.attempts.answered"),
  /**
   * Requests to stores across a network that got no answer, or the server's own trouble for one.
   */
  CLOUD_FAILED("cloud.attempts.failed"),
  /** Requests to stores across a network that the server refused as too many. */
  CLOUD_THROTTLED("cloud.attempts.throttled"),
  /** Operations of stores across a network, other than reads, that were tried again. */
  CLOUD_RETRIED("cloud.operations.retried"),
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
