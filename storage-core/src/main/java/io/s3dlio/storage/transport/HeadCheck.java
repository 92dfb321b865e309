package io.s3dlio.storage.transport;

import java.io.IOException;

/** Looks at an answer's head before a byte of its body goes to the caller's buffer. */
@FunctionalInterface
public interface HeadCheck {
  /** Lets everything pass. */
  HeadCheck NONE = (status, headers) -> {};

  /**
   * Called once an exchange, with the final answer.
   *
   * @throws IOException if the body is not to be read; it passes unchanged to the caller of the
   *     exchange
   */
  void check(int status, HttpHeaders headers) throws IOException;
}
