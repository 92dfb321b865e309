package io.s3dlio.storage.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private final RetryPolicy longest =
      new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(5), bound -> bound);

  @Test
  void longestWaitDoublesUpToTheCap() {
    assertThat(longest.delayNanos(1)).isEqualTo(50_000_000);
    assertThat(longest.delayNanos(2)).isEqualTo(100_000_000);
    assertThat(longest.delayNanos(7)).isEqualTo(3_200_000_000L);
    assertThat(longest.delayNanos(8)).isEqualTo(5_000_000_000L);
    assertThat(longest.delayNanos(64)).isEqualTo(5_000_000_000L);
    assertThat(longest.delayNanos(Integer.MAX_VALUE)).isEqualTo(5_000_000_000L);
  }

  @Property
  void defaultWaitsAnyTimeBelowTheLongest(@ForAll @IntRange(min = 1, max = 1_000) int attempts) {
    assertThat(RetryPolicy.DEFAULT.delayNanos(attempts))
        .isBetween(0L, longest.delayNanos(attempts));
  }

  @Test
  void attemptsAreCounted() {
    assertThat(longest.allows(2)).isTrue();
    assertThat(longest.allows(3)).isFalse();
    assertThatThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO, bound -> bound))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
