package io.s3dlio.storage.buffer;

import java.nio.ByteBuffer;

/** A buffer on loan from a {@link BufferPool}. Whoever acquired it closes it, from any thread. */
public interface BufferLease extends AutoCloseable {
  /**
   * Returns the memory: direct, native byte order not promised, page-aligned, position 0, limit the
   * size that was asked for. The content is undefined. Always the same object.
   *
   * @throws IllegalStateException if the lease was closed
   */
  ByteBuffer buffer();

  /** Gives the memory back. Nobody may touch the buffer afterwards. Idempotent. */
  @Override
  void close();
}
