package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads what a file holds from its first byte on. Not thread-safe. */
interface ByteCursor extends AutoCloseable {
  /**
   * Fills the target.
   *
   * @throws CorruptException if the bytes end before
   */
  void read(ByteBuffer target) throws IOException;

  /**
   * Passes over bytes.
   *
   * @throws CorruptException if they end before
   */
  void skip(long count) throws IOException;

  /** Checks what can be checked at the end alone; reads what is left only if there is such. */
  void finish() throws IOException;

  /** Returns a failure that names the place that was reached. */
  CorruptException corrupt(String reason);

  /** Returns a failure that names the place that was reached. */
  UnsupportedFormatException unsupported(String reason);

  /** Gives the memory back. Idempotent. */
  @Override
  void close();
}
