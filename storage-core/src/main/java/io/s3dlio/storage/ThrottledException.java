package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The store asks for fewer requests. */
public final class ThrottledException extends StorageException {
  private static final long serialVersionUID = 1L;

  public ThrottledException(Failure failure) {
    super(failure);
  }

  public ThrottledException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new ThrottledException(other, cause);
  }
}
