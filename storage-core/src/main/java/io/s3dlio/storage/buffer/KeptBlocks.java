package io.s3dlio.storage.buffer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Memory that waits to be used again. Not thread-safe. */
final class KeptBlocks<B extends KeptBlocks.Sized> {
  /** By capacity; the last of each deque was kept last. */
  private final Map<Integer, Deque<B>> byCapacity = new HashMap<>();

  /** Over all capacities, the longest unused first. */
  private final Set<B> byAge = new LinkedHashSet<>();

  private long bytes;

  /** A block of memory. */
  interface Sized {
    /** Returns its size in bytes, which never changes. */
    int capacity();
  }

  /** Returns the capacity of all blocks together. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return byAge.isEmpty();
  }

  void add(B block) {
    byCapacity.computeIfAbsent(block.capacity(), capacity -> new ArrayDeque<>()).addLast(block);
    byAge.add(block);
    bytes += block.capacity();
  }

  /** Removes the block of this capacity that was used last: the one whose pages are warm. */
  @Nullable B take(int capacity) {
    Deque<B> blocks = byCapacity.get(capacity);
    B block = blocks == null ? null : blocks.pollLast();
    if (block != null) {
      byAge.remove(block);
      bytes -= capacity;
    }
    return block;
  }

  /** Removes the longest unused blocks until the rest is not above a limit. */
  List<B> shrinkTo(long limit) {
    return removeWhile(eldest -> bytes > limit);
  }

  /** Removes the longest unused blocks, one after the other, while they are such. */
  List<B> removeWhile(Predicate<B> eldestIs) {
    List<B> removed = new ArrayList<>();
    Iterator<B> eldest = byAge.iterator();
    while (eldest.hasNext()) {
      B block = eldest.next();
      if (!eldestIs.test(block)) {
        break;
      }
      eldest.remove();
      requireNonNull(byCapacity.get(block.capacity())).removeFirst();
      bytes -= block.capacity();
      removed.add(block);
    }
    return removed;
  }
}
