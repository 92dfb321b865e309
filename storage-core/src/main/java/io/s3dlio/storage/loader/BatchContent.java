package io.s3dlio.storage.loader;

import io.s3dlio.storage.loader.BatchMemory.Slab;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The memory of a batch: its items one behind the other, in as few pieces as hold them. */
final class BatchContent {
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private final ByteBuffer[] items;
  private final List<Slab> slabs = new ArrayList<>(1);

  private BatchContent(int count) {
    items = new ByteBuffer[count];
  }

  /**
   * Returns memory for items.
   *
   * @param lengths of each, {@link BatchMemory#MAX_BYTES} at most
   * @param required whether it is needed now; else it may be refused for a budget's sake
   */
  static Optional<BatchContent> allocate(BatchMemory memory, long[] lengths, boolean required)
      throws IOException {
    return allocate(memory, lengths, required, BatchMemory.MAX_BYTES);
  }

  static Optional<BatchContent> allocate(
      BatchMemory memory, long[] lengths, boolean required, int pieceBytes) throws IOException {
    BatchContent content = new BatchContent(lengths.length);
    boolean whole = false;
    try {
      int from = 0;
      while (from < lengths.length) {
        int to = from;
        long bytes = 0;
        while (to < lengths.length && bytes + lengths[to] <= pieceBytes) {
          bytes += lengths[to++];
        }
        if (!content.add(memory, lengths, from, to, (int) bytes, required)) {
          return Optional.empty();
        }
        from = to;
      }
      whole = true;
      return Optional.of(content);
    } finally {
      if (!whole) {
        content.release();
      }
    }
  }

  private boolean add(
      BatchMemory memory, long[] lengths, int from, int to, int bytes, boolean required)
      throws IOException {
    ByteBuffer piece = NOTHING;
    if (bytes > 0) {
      Optional<Slab> slab = memory.allocate(bytes, required);
      if (slab.isEmpty()) {
        return false;
      }
      slabs.add(slab.get());
      piece = slab.get().buffer();
    }
    int at = 0;
    for (int i = from; i < to; i++) {
      items[i] = piece.slice(at, (int) lengths[i]);
      at += (int) lengths[i];
    }
    return true;
  }

  /** Returns where an item goes, from its first byte to its last. */
  ByteBuffer item(int index) {
    return items[index].duplicate();
  }

  /** Returns whether the system keeps all of it from being swapped out. */
  boolean isPinned() {
    return !slabs.isEmpty() && slabs.stream().allMatch(Slab::pinned);
  }

  /** Returns what lives as long as any view of the content; nothing for memory that is leased. */
  List<Object> owners() {
    return slabs.stream().flatMap(slab -> slab.owner().stream()).toList();
  }

  void release() {
    slabs.forEach(slab -> slab.release().run());
  }
}
