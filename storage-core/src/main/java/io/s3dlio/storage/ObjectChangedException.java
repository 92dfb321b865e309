package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The object is no longer the version that was asked for. */
public final class ObjectChangedException extends StorageException {
  private static final long serialVersionUID = 1L;

  public ObjectChangedException(Failure failure) {
    super(failure);
  }

  public ObjectChangedException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new ObjectChangedException(other, cause);
  }
}
