package io.s3dlio.storage.loader;

import java.io.InterruptedIOException;

/** A loader was cancelled or closed while somebody waited for it, or before. */
public final class LoaderCancelledException extends InterruptedIOException {
  private static final long serialVersionUID = 1L;

  LoaderCancelledException(String message) {
    super(message);
  }
}
