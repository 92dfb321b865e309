package io.s3dlio.spark.read;

import io.s3dlio.storage.buffer.BufferLease;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The bytes of a whole object, in memory that several share until the last of them is closed. */
final class HeldObject implements AutoCloseable {
  private final ByteBuffer bytes;
  private final Memory memory;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Memory of so many objects. */
  static final class Memory {
    private final BufferLease lease;
    private final AtomicInteger open;

    Memory(BufferLease lease, int objects) {
      this.lease = lease;
      this.open = new AtomicInteger(objects);
    }

    private void close() {
      if (open.decrementAndGet() == 0) {
        lease.close();
      }
    }
  }

  /**
   * @param start where in the memory the object begins
   */
  HeldObject(Memory memory, int start, int length) {
    this.memory = memory;
    this.bytes = memory.lease.buffer().slice(start, length);
  }

  ByteBuffer bytes() {
    return bytes;
  }

  /** Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      memory.close();
    }
  }
}
