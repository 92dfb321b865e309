package io.s3dlio.storage.transport;

/**
 * A status line and its fields.
 *
 * @param minorVersion 0 or 1, of HTTP/1
 * @param status 100 to 599
 */
record ResponseHead(int minorVersion, int status, HttpHeaders headers) {
  boolean isInterim() {
    return status < 200;
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** Returns whether the server leaves the connection open after this answer. */
  boolean keepsAlive() {
    if (headers.lists("Connection", "close")) {
      return false;
    }
    return minorVersion == 1 || headers.lists("Connection", "keep-alive");
  }
}
