package io.s3dlio.storage.loader;

import io.s3dlio.storage.Location;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Items that were loaded together. They are views of the memory into which they were read.
 *
 * <p>Unless the loader was told to lease, that memory belongs to the garbage collector and lives as
 * long as any view of it; closing a batch is a courtesy. Leased memory is used again once the batch
 * is closed: whoever still has a view of it then reads what comes next. Thread-safe.
 */
public final class Batch implements AutoCloseable {
  private final long index;
  private final Entry[] entries;
  private final boolean pinned;
  private final Release release;

  /** An item and its content, read-only. */
  private record Entry(long index, Location location, ByteBuffer content) {}

  private Batch(long index, Entry[] entries, boolean pinned, Release release) {
    this.index = index;
    this.entries = entries;
    this.pinned = pinned;
    this.release = release;
  }

  /**
   * @param leftOut which of the items are not in the batch
   * @param onClose gives the memory back
   */
  static Batch of(
      long index,
      DatasetItem[] items,
      long[] indexes,
      boolean[] leftOut,
      BatchContent content,
      Runnable onClose) {
    int count = 0;
    Entry[] entries = new Entry[items.length];
    for (int i = 0; i < items.length; i++) {
      if (!leftOut[i]) {
        entries[count++] =
            new Entry(indexes[i], items[i].location(), content.item(i).asReadOnlyBuffer());
      }
    }
    return new Batch(
        index,
        Arrays.copyOf(entries, count),
        content.isPinned(),
        new Release(content.owners(), onClose));
  }

  /** Returns the batch's number in the order of its epoch and shard, from 0. */
  public long index() {
    return index;
  }

  /** Returns how many items there are. */
  public int size() {
    return entries.length;
  }

  /**
   * Returns an item's content: a read-only view of its own, from 0 to the item's length.
   *
   * @throws IllegalStateException if the batch was closed
   */
  public ByteBuffer item(int item) {
    if (isReleased()) {
      throw new IllegalStateException("Cannot use batch %d: it was closed".formatted(index));
    }
    return entries[item].content.duplicate();
  }

  /**
   * Returns the content of all items, each as {@link #item} does.
   *
   * @throws IllegalStateException if the batch was closed
   */
  public List<ByteBuffer> items() {
    return IntStream.range(0, size()).mapToObj(this::item).toList();
  }

  /** Returns the object that an item is, or is in. */
  public Location location(int item) {
    return entries[item].location;
  }

  /** Returns an item's number in the data set. */
  public long datasetIndex(int item) {
    return entries[item].index;
  }

  /** Returns an item's length in bytes. */
  public int length(int item) {
    return entries[item].content.capacity();
  }

  /** Returns how many bytes the items have together. */
  public long bytes() {
    long bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.content.capacity();
    }
    return bytes;
  }

  /** Returns whether the system keeps the memory from being swapped out. */
  public boolean isPinned() {
    return pinned;
  }

  /** Returns whether the batch was closed. */
  public boolean isReleased() {
    return release.isDone();
  }

  /**
   * Runs an action once: when the batch is closed or, unless it is leased, when neither it nor any
   * view of its memory is reachable any more; at once if that is past. The action is short, must
   * not refer to the batch, and what it throws is logged.
   */
  public void whenReleased(Runnable action) {
    release.add(action);
  }

  /** Gives the memory back, if it is leased. Idempotent. */
  @Override
  public void close() {
    release.close();
  }
}
