package io.s3dlio.storage.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory that the system keeps from being swapped out, as far as its limit allows. */
final class PinnedMemory implements BatchMemory {
  private static final Logger LOG = LoggerFactory.getLogger(PinnedMemory.class);

  private final BatchMemory memory;
  private final Function<ByteBuffer, Optional<String>> lock;
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param memory gives pieces that begin with a page
   * @param lock locks one, or returns why it cannot
   */
  PinnedMemory(BatchMemory memory, Function<ByteBuffer, Optional<String>> lock) {
    this.memory = memory;
    this.lock = lock;
  }

  @Override
  public Optional<Slab> allocate(int bytes, boolean required) throws IOException {
    return memory.allocate(bytes, required).map(this::pin);
  }

  private Slab pin(Slab slab) {
    Optional<String> refusal = lock.apply(slab.buffer());
    if (refusal.isPresent() && warned.compareAndSet(false, true)) {
      LOG.warn(
          "Cannot pin {} bytes of a batch, which may be swapped out: {} (see ulimit -l)",
          slab.buffer().capacity(),
          refusal.get());
    }
    return new Slab(slab.buffer(), slab.owner(), slab.release(), refusal.isEmpty());
  }
}
