package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The caller may not do this. */
public final class AccessDeniedException extends StorageException {
  private static final long serialVersionUID = 1L;

  public AccessDeniedException(Failure failure) {
    super(failure);
  }

  public AccessDeniedException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new AccessDeniedException(other, cause);
  }
}
