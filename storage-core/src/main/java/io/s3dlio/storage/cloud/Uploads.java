package io.s3dlio.storage.cloud;

import java.io.IOException;

/** Begins and ends the upload of one object. */
@FunctionalInterface
public interface Uploads {
  /** Begins the upload, once there is a part for it. */
  Upload begin() throws IOException;

  /** Returns whether the server takes one part after the other. */
  default boolean isSequential() {
    return false;
  }

  /** Looks whether it may be completed, right before it is. */
  default void beforeCompletion() throws IOException {}
}
