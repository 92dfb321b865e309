package io.s3dlio.storage.checkpoint;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Turns an object of the program into the bytes of a state, and back.
 *
 * @param <T> what it takes
 */
public interface StateCodec<T> {
  /** Writes the whole of a state, and leaves the channel open. */
  void write(T state, WritableByteChannel target) throws IOException;

  /**
   * Reads a state that {@link #write} has written. What it returns is handed out once all bytes
   * were read and are what was saved; it need not read to the end.
   *
   * @param size how many bytes there are
   */
  T read(ReadableByteChannel source, long size) throws IOException;
}
