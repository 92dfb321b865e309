package io.s3dlio.format;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * A file says that it is of a kind that is not read here: its bytes may be right. It is no {@link
 * io.s3dlio.storage.CorruptException}, so that whoever passes over corrupt objects does not pass
 * over these.
 */
public final class UnsupportedFormatException extends StorageException {
  private static final long serialVersionUID = 1L;

  public UnsupportedFormatException(Failure failure) {
    super(failure);
  }

  private UnsupportedFormatException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new UnsupportedFormatException(other, cause);
  }
}
