package io.s3dlio.storage.range;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;

/** What a batch fails with: always an IOException that names the object and keeps its meaning. */
final class ReadFailures {
  private static final String READ = "read";

  private ReadFailures() {}

  /** Returns whether the store says that the same read may succeed when it is tried again. */
  static boolean isRetryable(Throwable error) {
    return error instanceof StorageException storage && storage.isRetryable();
  }

  /** Returns what to fail with when a range's read has thrown for good. */
  static IOException of(Throwable error, RangeTask task) {
    IOException failure = of(error, task.request().location(), task.attempts());
    if (failure instanceof ObjectChangedException changed) {
      Failure told = changed.failure();
      Failure located =
          new Failure(
              told.operation(),
              told.location(),
              "%s (seen by the range of %s)".formatted(told.reason(), task.describe()),
              told.remedy(),
              told.attempts(),
              told.status(),
              told.requestId());
      return new ObjectChangedException(located, changed);
    }
    return failure;
  }

  /** Returns what to fail with when a read has thrown for good. */
  static IOException of(Throwable error, Location location, int attempts) {
    if (error instanceof StorageException storage) {
      return storage.withAttempts(attempts);
    }
    String text = error.getMessage();
    String reason = error instanceof IOException && text != null ? text : error.toString();
    String message = "Cannot read %s: %s".formatted(location, reason);
    if (error instanceof EOFException) {
      return withCause(new EOFException(message), error);
    }
    if (error instanceof InterruptedIOException) {
      return withCause(new InterruptedIOException(message), error);
    }
    return new StorageException(Failure.of(READ, location, reason).withAttempts(attempts), error);
  }

  private static IOException withCause(IOException failure, Throwable cause) {
    failure.initCause(cause);
    return failure;
  }

  static IOException timeout(RangeTask task, Duration timeout) {
    return new StorageTimeoutException(
        Failure.of(
                READ,
                task.request().location(),
                "the range of %s took longer than %d ms"
                    .formatted(task.describe(), timeout.toMillis()))
            .withRemedy("Raise range.timeout, or lower range.chunkSize")
            .withAttempts(task.attempts()));
  }

  /** Returns the failure of a store that returned before the target was full. */
  static IOException incomplete(RangeTask task) {
    return new StorageException(
        Failure.of(
            READ,
            task.request().location(),
            "the store left %d bytes of the range of %s unread"
                .formatted(task.request().target().remaining(), task.describe())));
  }

  /** Returns the failure of a batch that somebody ended. */
  static InterruptedIOException ended(List<ReadRequest> requests, String reason) {
    String more = requests.size() > 1 ? " and %d more".formatted(requests.size() - 1) : "";
    return new InterruptedIOException(
        "Cannot read %s%s: %s".formatted(requests.get(0).location(), more, reason));
  }
}
