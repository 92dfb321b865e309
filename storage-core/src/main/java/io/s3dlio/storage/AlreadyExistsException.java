package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The object exists and was not to be replaced. */
public final class AlreadyExistsException extends StorageException {
  private static final long serialVersionUID = 1L;

  public AlreadyExistsException(Failure failure) {
    super(failure);
  }

  public AlreadyExistsException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new AlreadyExistsException(other, cause);
  }
}
