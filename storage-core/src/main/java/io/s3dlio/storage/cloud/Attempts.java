package io.s3dlio.storage.cloud;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.range.RetryPolicy;
import io.s3dlio.storage.telemetry.Counter;
import io.s3dlio.storage.transport.TransportException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.BitSet;

/**
 * The attempts at one operation. An endpoint's failure, while others do well, begins none: the
 * operation goes on to those at once, and has failed when it failed at each. For one thread.
 */
public final class Attempts {
  private static final int SERVER_ERROR = 500;

  private final RetryPolicy policy;
  private final RetryBudget budget;
  private final EndpointSet endpoints;
  private final BitSet tried = new BitSet();
  private int failed;
  private boolean mayHaveWorked;

  Attempts(RetryPolicy policy, RetryBudget budget, EndpointSet endpoints) {
    this.policy = policy;
    this.budget = budget;
    this.endpoints = endpoints;
  }

  /** Returns the endpoints that the operation has failed at. */
  public BitSet tried() {
    return tried;
  }

  /** Returns whether an attempt that failed may have done its work all the same. */
  public boolean mayHaveWorked() {
    return mayHaveWorked;
  }

  /**
   * Notes a failed attempt and waits until it is time for the next one.
   *
   * @throws StorageException the failure, with the count of attempts, if there is no next one
   */
  public void failed(StorageException failure) throws IOException {
    mayHaveWorked |=
        failure.getCause() instanceof TransportException broken
            ? broken.mayHaveArrived()
            : failure.failure().status() >= SERVER_ERROR;
    if (failsOver(failure)) {
      return;
    }
    failed++;
    if (!failure.isRetryable() || !policy.allows(failed) || !budget.take()) {
      throw failure.withAttempts(failed);
    }
    Counter.CLOUD_RETRIED.increment();
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

  /** Returns whether the operation may go on to another endpoint at once. */
  public boolean failsOver(StorageException failure) {
    boolean endpoints =
        failure.failure().status() >= SERVER_ERROR && !(failure instanceof ThrottledException);
    return failure.isRetryable()
        && this.endpoints.hasOther(tried)
        && (isBroken(failure) || (endpoints && budget.take()));
  }

  /**
   * Returns whether somebody else may try again: what a dead endpoint had under way is no load for
   * the others, and costs nothing.
   */
  public boolean mayBeRetried(StorageException failure) {
    return (isBroken(failure) && endpoints.hasOther(tried)) || budget.take();
  }

  private static boolean isBroken(StorageException failure) {
    return failure.getCause() instanceof TransportException;
  }
}
