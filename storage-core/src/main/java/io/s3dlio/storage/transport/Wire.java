package io.s3dlio.storage.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** The bytes of a connection, in the clear. For one thread, but for {@link #close}. */
interface Wire extends Closeable {
  /** Agrees with the server on what must be agreed before the first byte. */
  default void handshake() throws IOException {}

  /**
   * Waits for bytes and moves some of them into the buffer.
   *
   * @return how many; -1 at the end
   */
  int read(ByteBuffer target) throws IOException;

  /**
   * Moves some bytes, at least one, out of the buffers from {@code first} to before {@code end}.
   */
  void write(ByteBuffer[] buffers, int first, int end) throws IOException;

  /**
   * Waits for bytes, but not for long.
   *
   * @return whether there is something to read, be it the end
   */
  boolean awaitReadable(Duration limit) throws IOException;

  boolean isOpen();

  /** Closes at once; may be called by another thread. */
  @Override
  void close() throws IOException;
}
