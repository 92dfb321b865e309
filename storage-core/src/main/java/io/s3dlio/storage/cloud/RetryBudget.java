package io.s3dlio.storage.cloud;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many retries a store may still spend, so that an outage is not answered with a multiple of
 * the load: each retry takes tokens, each success returns one. The numbers are those of the AWS
 * SDK's standard mode.
 */
final class RetryBudget {
  static final int CAPACITY = 500;
  static final int RETRY_COST = 5;

  private final AtomicInteger tokens = new AtomicInteger(CAPACITY);

  /** Takes what a retry costs; returns false if that much is not left. */
  boolean take() {
    int left = tokens.get();
    while (left >= RETRY_COST) {
      if (tokens.compareAndSet(left, left - RETRY_COST)) {
        return true;
      }
      left = tokens.get();
    }
    return false;
  }

  /** Notes a success. */
  void give() {
    int left = tokens.get();
    // Full nearly always: no write that all threads would contend for.
    while (left < CAPACITY) {
      if (tokens.compareAndSet(left, left + 1)) {
        return;
      }
      left = tokens.get();
    }
  }
}
