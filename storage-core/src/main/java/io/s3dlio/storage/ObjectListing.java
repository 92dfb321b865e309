package io.s3dlio.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.NoSuchElementException;

/**
 * A listing under way: objects in {@link Location#KEY_ORDER}, or in the server's own order where
 * that is another, fetched as they are asked for. Not thread-safe. Closing early stops it.
 */
public interface ObjectListing extends Closeable {
  /**
   * Returns whether there is another object.
   *
   * @throws StorageException if the store cannot list further: a listing never just ends early
   */
  boolean hasNext() throws IOException;

  /**
   * Returns the next object.
   *
   * @throws NoSuchElementException if there is none
   */
  ObjectInfo next() throws IOException;

  @Override
  void close() throws IOException;
}
