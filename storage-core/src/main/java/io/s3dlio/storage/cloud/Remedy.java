package io.s3dlio.storage.cloud;

/** What a client can do about an unsuccessful answer before it gives up. */
public enum Remedy {
  /** Nothing but what the exception says. */
  NONE,
  /** Look for newer keys, once. */
  REFRESH_CREDENTIALS,
  /** Set the clock by the server's, once. */
  CORRECT_CLOCK,
  /** Go to the region that the answer names, once. */
  CHANGE_REGION,
  /** Send the same again, once: the body was garbled on its way. */
  REPEAT_ONCE
}
