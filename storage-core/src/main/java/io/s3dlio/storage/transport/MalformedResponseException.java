package io.s3dlio.storage.transport;

import java.io.IOException;

/** An answer that breaks RFC 9112 or one of our bounds. */
final class MalformedResponseException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedResponseException(String reason) {
    super(reason);
  }
}
