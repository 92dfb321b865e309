package io.s3dlio.format;

import java.io.IOException;
import java.util.OptionalLong;

/** The bytes of an NPY file, wherever it lies. Thread-safe. */
interface NpyFile {
  /** Returns how many bytes it has. */
  long length();

  /** Returns where in its object it lies as it is; empty if it is compressed. */
  OptionalLong storedAt();

  /**
   * Opens it at its beginning.
   *
   * @param chunk how many bytes of the object are read at least
   */
  ByteCursor open(int chunk) throws IOException;
}
