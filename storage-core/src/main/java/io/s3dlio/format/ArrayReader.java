package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads one array of an object, whatever the format. However it is stored, its elements come
 * little-endian and in C order, the last axis fastest. Thread-safe.
 */
public interface ArrayReader {
  /** Returns the type of its elements. */
  NpyDtype dtype();

  /** Returns its length along each axis; empty for a single element. */
  List<Long> shape();

  /** Returns how many bytes its elements have. */
  long dataLength();

  /**
   * Returns where in the object the elements lie as {@link #read} brings them, so that they can be
   * read from there by whoever likes; empty if they are compressed, in pieces, or need to be
   * converted.
   */
  OptionalLong plainDataOffset();

  /**
   * Fills the target with elements.
   *
   * @param offset how many bytes of the elements, in C order, are passed over; whole elements
   * @param target direct; as long as some whole elements, which are there. Undefined after a
   *     failure
   * @throws CorruptException if the bytes are not what the file says of them
   */
  void read(long offset, ByteBuffer target) throws IOException;
}
