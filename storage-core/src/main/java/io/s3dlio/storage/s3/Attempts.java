package io.s3dlio.storage.s3;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.range.RetryPolicy;
import io.s3dlio.storage.transport.TransportException;
import java.io.IOException;
import java.io.InterruptedIOException;

/** The attempts at one operation. For one thread. */
final class Attempts {
  private static final int SERVER_ERROR = 500;

  private final RetryPolicy policy;
  private final RetryBudget budget;
  private int failed;
  private boolean mayHaveWorked;

  Attempts(RetryPolicy policy, RetryBudget budget) {
    this.policy = policy;
    this.budget = budget;
  }

  /** Returns whether an attempt that failed may have done its work all the same. */
  boolean mayHaveWorked() {
    return mayHaveWorked;
  }

  /**
   * Notes a failed attempt and waits until it is time for the next one.
   *
   * @throws StorageException the failure, with the count of attempts, if there is no next one
   */
  void failed(StorageException failure) throws IOException {
    failed++;
    if (!failure.isRetryable() || !policy.allows(failed) || !budget.take()) {
      throw failure.withAttempts(failed);
    }
    mayHaveWorked |=
        failure.getCause() instanceof TransportException broken
            ? broken.mayHaveArrived()
            : failure.failure().status() >= SERVER_ERROR;
    try {
      NANOSECONDS.sleep(policy.delayNanos(failed));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException(
              "Interrupted before the next attempt: " + failure.getMessage());
      interrupted.initCause(failure);
      throw interrupted;
    }
  }
}
