package io.s3dlio.storage.buffer;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.buffer.DirectMemory.Block;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Blocks that wait to be used again. Not thread-safe. */
final class KeptBlocks {
  /** By capacity; the last of each deque was kept last. */
  private final Map<Integer, Deque<Block>> byCapacity = new HashMap<>();

  /** Over all capacities, the longest unused first. */
  private final Set<Block> byAge = new LinkedHashSet<>();

  private long bytes;

  /** Returns the capacity of all blocks together. */
  long bytes() {
    return bytes;
  }

  void add(Block block) {
    byCapacity.computeIfAbsent(block.capacity(), capacity -> new ArrayDeque<>()).addLast(block);
    byAge.add(block);
    bytes += block.capacity();
  }

  /** Removes the block of this capacity that was used last: the one whose pages are warm. */
  @Nullable Block take(int capacity) {
    Deque<Block> blocks = byCapacity.get(capacity);
    Block block = blocks == null ? null : blocks.pollLast();
    if (block != null) {
      byAge.remove(block);
      bytes -= capacity;
    }
    return block;
  }

  /** Removes the longest unused blocks until the rest is not above a limit. */
  List<Block> shrinkTo(long limit) {
    List<Block> removed = new ArrayList<>();
    Iterator<Block> eldest = byAge.iterator();
    while (bytes > limit && eldest.hasNext()) {
      Block block = eldest.next();
      eldest.remove();
      requireNonNull(byCapacity.get(block.capacity())).removeFirst();
      bytes -= block.capacity();
      removed.add(block);
    }
    return removed;
  }
}
