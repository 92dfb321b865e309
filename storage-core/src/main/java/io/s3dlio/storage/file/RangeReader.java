package io.s3dlio.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One way to get a file's bytes into memory. Thread-safe. */
interface RangeReader {
  /** The most that one call to the system reads or writes, in bytes. */
  int MAX_TRANSFER = 8 << 20;

  /**
   * Reads until the target is full or the file ends.
   *
   * @param length the file's length as far as it is known, or -1: a hint for advice
   */
  void read(Path path, long offset, ByteBuffer target, long length) throws IOException;
}
