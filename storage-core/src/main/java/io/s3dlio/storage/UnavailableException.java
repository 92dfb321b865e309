package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The store could not do it at the moment: a broken connection, or a fault on its own side. */
public final class UnavailableException extends StorageException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(Failure failure) {
    super(failure);
  }

  public UnavailableException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new UnavailableException(other, cause);
  }
}
