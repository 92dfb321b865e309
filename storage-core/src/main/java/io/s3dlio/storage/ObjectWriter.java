package io.s3dlio.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes one object in pieces. It ends when it is staged, completed or closed, and when any of its
 * methods fails: from then on every method but {@link #close()} throws. Nothing is visible under
 * the key before {@link #complete()}; closing earlier leaves nothing behind. Not thread-safe.
 */
public interface ObjectWriter extends Closeable {
  /** Appends the buffer's remaining bytes and leaves the buffer consumed and free to be reused. */
  void write(ByteBuffer chunk) throws IOException;

  /**
   * Ends writing with every byte at the store but the object not yet visible. The writer is done;
   * closing it afterwards does nothing.
   */
  StagedObject stage() throws IOException;

  /**
   * Ends writing and makes the object visible, whole. If that fails nothing is left behind.
   *
   * @throws AlreadyExistsException if the object exists and the options do not let it be replaced
   * @throws ObjectChangedException if it is not the only version that they let be replaced
   */
  default ObjectInfo complete() throws IOException {
    StagedObject staged = stage();
    try {
      return staged.complete();
    } catch (IOException | RuntimeException e) {
      try {
        staged.abort();
      } catch (IOException | RuntimeException failedAbort) {
        e.addSuppressed(failedAbort);
      }
      throw e;
    }
  }

  /** Discards the object unless it was staged or completed. Idempotent. */
  @Override
  void close() throws IOException;
}
