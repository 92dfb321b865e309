package io.s3dlio.storage;

import java.io.IOException;

/** An object that is at the store, whole, and waits to become visible. Holds no open file. */
public interface StagedObject {
  Location location();

  long length();

  /**
   * Makes the object visible. Idempotent after success.
   *
   * @throws AlreadyExistsException if another object has come under the key and may not be
   *     replaced; this one stays staged
   * @throws ObjectChangedException if the only version that may be replaced is not there any more;
   *     this one stays staged
   */
  ObjectInfo complete() throws IOException;

  /** Discards it. Does nothing after {@link #complete()} succeeded. Idempotent. */
  void abort() throws IOException;
}
