package io.s3dlio.storage.range;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongUnaryOperator;

/**
 * How often something is tried and how long it waits in between: exponential backoff with full
 * jitter, any time up to {@code base}, 2 {@code base}, 4 {@code base} ..., never above {@code cap}.
 *
 * @param maxAttempts how often it is tried at most
 * @param base the longest wait after the first attempt
 * @param cap the longest wait after any attempt
 * @param random returns a number from 0 to its argument, both included
 */
public record RetryPolicy(int maxAttempts, Duration base, Duration cap, LongUnaryOperator random) {
  /** Five attempts, up to 50 ms apart at first and 5 s at last. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          5,
          Duration.ofMillis(50),
          Duration.ofSeconds(5),
          bound -> ThreadLocalRandom.current().nextLong(bound + 1));

  public RetryPolicy {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "Invalid maxAttempts: %d (must be > 0)".formatted(maxAttempts));
    }
  }

  /** Returns whether there may be another attempt after so many. */
  public boolean allows(int attempts) {
    return attempts < maxAttempts;
  }

  /** Returns how long to wait after so many attempts, in nanoseconds. */
  public long delayNanos(int attempts) {
    long longest = cap.toNanos();
    int doublings = attempts - 1;
    boolean belowCap = doublings < Long.numberOfLeadingZeros(base.toNanos()) - 1;
    return random.applyAsLong(belowCap ? Math.min(longest, base.toNanos() << doublings) : longest);
  }
}
