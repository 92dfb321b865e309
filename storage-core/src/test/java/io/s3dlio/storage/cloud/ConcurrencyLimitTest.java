package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {
  private long number;

  private long begin(ConcurrencyLimit limit) {
    limit.begin(++number);
    return number;
  }

  @Test
  void aRefusalHalvesTheLimitOnceForAllThatWereUnderWay() {
    ConcurrencyLimit limit = new ConcurrencyLimit(16);
    for (int i = 0; i < 16; i++) {
      begin(limit);
    }
    assertThat(limit.hasRoom()).isFalse();

    for (int i = 1; i <= 16; i++) {
      limit.endThrottled(i);
    }

    assertThat(limit.limit()).isEqualTo(8);
    limit.endThrottled(begin(limit));
    assertThat(limit.limit()).isEqualTo(4);
  }

  @Test
  void theLimitNeverFallsBelowOne() {
    ConcurrencyLimit limit = new ConcurrencyLimit(2);
    for (int i = 0; i < 5; i++) {
      limit.endThrottled(begin(limit));
    }

    assertThat(limit.limit()).isEqualTo(1);
  }

  @Test
  void successesRaiseTheLimitSlowlyAndNeverAboveTheMost() {
    ConcurrencyLimit limit = new ConcurrencyLimit(8);
    limit.endThrottled(begin(limit));
    assertThat(limit.limit()).isEqualTo(4);

    begin(limit);
    limit.end();
    assertThat(limit.limit()).isEqualTo(4);
    for (int i = 0; i < 5; i++) {
      begin(limit);
      limit.end();
    }
    assertThat(limit.limit()).isEqualTo(5);
    for (int i = 0; i < 100; i++) {
      begin(limit);
      limit.end();
    }
    assertThat(limit.limit()).isEqualTo(8);
  }

  @Test
  void requestsUnderWayFillTheLimit() {
    ConcurrencyLimit limit = new ConcurrencyLimit(2);

    begin(limit);
    assertThat(limit.hasRoom()).isTrue();
    begin(limit);
    assertThat(limit.hasRoom()).isFalse();
    assertThat(limit.underWay()).isEqualTo(2);
    limit.end();
    assertThat(limit.hasRoom()).isTrue();
  }
}
