package io.s3dlio.storage.s3;

import java.io.IOException;
import java.util.Optional;

/** Where a store's keys come from. Thread-safe. */
interface CredentialsSource {
  /** No keys: requests go unsigned. */
  CredentialsSource ANONYMOUS = Optional::empty;

  /** Returns keys that are good now; empty to sign nothing. */
  Optional<S3Credentials> get() throws IOException;

  /** Looks for newer keys; returns whether there are any. */
  default boolean refresh() throws IOException {
    return false;
  }

  /** Ends what it asks others with. Idempotent. */
  default void close() {}

  /** Returns keys that never change. */
  static CredentialsSource of(S3Credentials keys) {
    Optional<S3Credentials> always = Optional.of(keys);
    return () -> always;
  }
}
