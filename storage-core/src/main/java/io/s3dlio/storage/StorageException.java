package io.s3dlio.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A storage operation that failed. The message reads "Cannot &lt;verb&gt; &lt;location&gt;:
 * &lt;reason&gt;. &lt;what to do&gt;" and holds no secret.
 */
public class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Failure failure;

  public StorageException(Failure failure) {
    this(failure, null);
  }

  public StorageException(Failure failure, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  /** Returns what failed and why. */
  public Failure failure() {
    return failure;
  }

  /** Returns whether the same operation may succeed when it is tried again unchanged. */
  public boolean isRetryable() {
    return false;
  }

  /** Returns the same failure after so many attempts, this one being its cause's owner. */
  public final StorageException withAttempts(int attempts) {
    if (attempts == failure.attempts()) {
      return this;
    }
    StorageException copy = copy(failure.withAttempts(attempts), getCause());
    copy.setStackTrace(getStackTrace());
    for (Throwable suppressed : getSuppressed()) {
      copy.addSuppressed(suppressed);
    }
    return copy;
  }

  /** Makes an exception of the same type. */
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new StorageException(other, cause);
  }
}
