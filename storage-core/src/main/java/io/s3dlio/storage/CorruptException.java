package io.s3dlio.storage;

import org.jspecify.annotations.Nullable;

/** The bytes are not what their checksum or their format says. */
public final class CorruptException extends StorageException {
  private static final long serialVersionUID = 1L;

  public CorruptException(Failure failure) {
    super(failure);
  }

  public CorruptException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new CorruptException(other, cause);
  }
}
