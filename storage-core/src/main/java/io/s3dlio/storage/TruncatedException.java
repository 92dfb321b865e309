package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The object ends before the range that was asked for. */
public final class TruncatedException extends StorageException {
  private static final long serialVersionUID = 1L;

  public TruncatedException(Failure failure) {
    super(failure);
  }

  public TruncatedException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new TruncatedException(other, cause);
  }
}
