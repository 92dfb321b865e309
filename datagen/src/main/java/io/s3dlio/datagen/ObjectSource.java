package io.s3dlio.datagen;

import java.nio.ByteBuffer;

/** The bytes of an object that is to be put, at random access. Thread-safe. */
public interface ObjectSource {
  /** Returns the object's size in bytes. */
  long length();

  /** Returns a length that the object does not exceed, at once even where its own takes long. */
  default long lengthBound() {
    return length();
  }

  /**
   * Fills the target's remaining bytes with those from {@code offset} on, and leaves it consumed.
   * The bytes depend on their offset alone, never on how they are asked for.
   *
   * @throws IndexOutOfBoundsException if that goes past the object's end
   */
  void fill(long offset, ByteBuffer target);
}
