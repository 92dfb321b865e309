package io.s3dlio.storage.cloud;

/**
 * How many requests an endpoint may have under way: halved when the server asks for fewer, raised
 * again by one for about as many successes as the limit is (additive increase, multiplicative
 * decrease). Not thread-safe.
 */
final class ConcurrencyLimit {
  private final int most;
  private double limit;
  private int underWay;
  private long lastStarted;
  private long loweredAfter;

  /**
   * @param most the limit at the start, never exceeded
   */
  ConcurrencyLimit(int most) {
    this.most = most;
    this.limit = most;
  }

  /** Returns whether there may be one more. */
  boolean hasRoom() {
    return underWay < (int) limit;
  }

  int underWay() {
    return underWay;
  }

  /**
   * Begins a request.
   *
   * @param number above those of all requests before
   */
  void begin(long number) {
    underWay++;
    lastStarted = number;
  }

  /** Ends a request that was answered, well or not. */
  void end() {
    underWay--;
    limit = Math.min(most, limit + 1 / limit);
  }

  /**
   * Ends a request that the server refused as one too many. Those that were under way when the
   * limit was lowered lower it no further.
   */
  void endThrottled(long number) {
    underWay--;
    if (number > loweredAfter) {
      limit = Math.max(1, limit / 2);
      loweredAfter = lastStarted;
    }
  }

  /** Returns the limit in force. */
  int limit() {
    return (int) limit;
  }
}
