package io.s3dlio.storage.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Gives batches their memory. Thread-safe. */
@FunctionalInterface
interface BatchMemory {
  /** The most bytes that can be had in one piece: a page short of 2 GiB, with its alignment. */
  int MAX_BYTES = Integer.MAX_VALUE - 8 - 2 * 4096;

  /**
   * Returns memory.
   *
   * @param bytes 1 or more
   * @param required whether it is needed now; else it may be refused, for a budget's sake or
   *     because there is no more
   * @throws IOException if it is required and there is no more
   */
  Optional<Slab> allocate(int bytes, boolean required) throws IOException;

  /**
   * A piece of memory.
   *
   * @param buffer direct, from 0 to the size that was asked for
   * @param owner what lives as long as any view of the buffer; nothing where the memory is used
   *     again
   * @param release gives it back, where the collector does not; idempotent
   * @param pinned whether the system keeps it from being swapped out
   */
  record Slab(ByteBuffer buffer, Optional<Object> owner, Runnable release, boolean pinned) {}
}
