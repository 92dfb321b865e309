package io.s3dlio.storage.buffer;

import io.s3dlio.storage.buffer.DirectMemory.Block;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds leases that nobody closed and memory that was used after its lease was closed. */
final class LeaseCheck {
  private static final byte POISON = (byte) 0xA5;

  private final Map<BufferLease, Throwable> open = new ConcurrentHashMap<>();

  void acquired(BufferLease lease, long size) {
    open.put(lease, new Throwable("A lease of %d bytes was acquired here".formatted(size)));
  }

  void released(BufferLease lease) {
    open.remove(lease);
  }

  List<Throwable> leaks() {
    return List.copyOf(open.values());
  }

  void poison(Block block) {
    ByteBuffer memory = block.view(block.capacity());
    while (memory.hasRemaining()) {
      memory.put(POISON);
    }
  }

  void requirePoisoned(Block block) {
    ByteBuffer memory = block.view(block.capacity());
    while (memory.hasRemaining()) {
      if (memory.get() != POISON) {
        throw new IllegalStateException(
            "A buffer of %d bytes was written at byte %d after its lease was closed"
                .formatted(block.capacity(), memory.position() - 1));
      }
    }
  }
}
