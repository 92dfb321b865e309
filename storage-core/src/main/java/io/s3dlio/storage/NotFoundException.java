package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** There is no such object. */
public final class NotFoundException extends StorageException {
  private static final long serialVersionUID = 1L;

  public NotFoundException(Failure failure) {
    super(failure);
  }

  public NotFoundException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new NotFoundException(other, cause);
  }
}
