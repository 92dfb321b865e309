package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** The upload was completed or discarded. */
final class NoSuchUploadException extends StorageException {
  private static final long serialVersionUID = 1L;

  NoSuchUploadException(Failure failure) {
    super(failure);
  }

  private NoSuchUploadException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new NoSuchUploadException(other, cause);
  }
}
