package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** A deadline passed. */
public final class StorageTimeoutException extends StorageException {
  private static final long serialVersionUID = 1L;

  public StorageTimeoutException(Failure failure) {
    super(failure);
  }

  public StorageTimeoutException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new StorageTimeoutException(other, cause);
  }
}
