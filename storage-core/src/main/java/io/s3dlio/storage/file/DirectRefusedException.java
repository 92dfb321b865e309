package io.s3dlio.storage.file;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The file system does not do O_DIRECT. */
final class DirectRefusedException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  DirectRefusedException(Path path, Throwable cause) {
    super(path.toString(), null, "the file system refuses O_DIRECT");
    initCause(cause);
  }
}
