package io.s3dlio.storage.cloud;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How far this machine's clock is from the server's, as far as was noticed. Thread-safe. */
public final class ClockSkew {
  /** Servers bear 15 minutes: what is less is not why a request was refused. */
  private static final Duration LEAST = Duration.ofMinutes(5);

  /** A signature for a far day is worth something to whoever made this machine give it. */
  private static final Duration MOST = Duration.ofDays(1);

  private final Clock clock;
  private volatile Duration offset = Duration.ZERO;

  public ClockSkew(Clock clock) {
    this.clock = clock;
  }

  /** Returns the time by the server's clock. */
  public Instant now() {
    return clock.instant().plus(offset);
  }

  /**
   * Learns the server's time of this moment.
   *
   * @return false if it is not far enough from this machine's to matter, or too far to be believed;
   *     nothing was learned then
   */
  public boolean correct(Instant serverTime) {
    Duration found = Duration.between(clock.instant(), serverTime);
    boolean matters =
        found.abs().compareTo(LEAST) >= 0 || found.minus(offset).abs().compareTo(LEAST) >= 0;
    if (!matters || found.abs().compareTo(MOST) > 0) {
      return false;
    }
    offset = found;
    return true;
  }
}
