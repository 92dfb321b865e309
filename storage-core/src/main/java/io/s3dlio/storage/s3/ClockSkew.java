package io.s3dlio.storage.s3;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How far this machine's clock is from the server's, as far as was noticed. Thread-safe. */
final class ClockSkew {
  private final Clock clock;
  private volatile Duration offset = Duration.ZERO;

  ClockSkew(Clock clock) {
    this.clock = clock;
  }

  /** Returns the time by the server's clock. */
  Instant now() {
    return clock.instant().plus(offset);
  }

  /** Learns the server's time of this moment. */
  void correct(Instant serverTime) {
    offset = Duration.between(clock.instant(), serverTime);
  }
}
