package io.s3dlio.storage.loader;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.util.Optional;

/**
 * Memory that is used again once it is released, within a pool's budget but for what is required.
 */
final class LeasedMemory implements BatchMemory {
  private final BufferPool pool;

  LeasedMemory(BufferPool pool) {
    this.pool = pool;
  }

  @Override
  public Optional<Slab> allocate(int bytes, boolean required) throws IOException {
    try {
      Optional<BufferLease> lease =
          required ? Optional.of(pool.acquire(bytes)) : pool.tryAcquire(bytes);
      return lease.map(leased -> new Slab(leased.buffer(), Optional.empty(), leased::close, false));
    } catch (IllegalStateException e) {
      if (!required) {
        return Optional.empty();
      }
      throw new IOException(e.getMessage(), e);
    }
  }
}
