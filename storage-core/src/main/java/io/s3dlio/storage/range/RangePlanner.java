package io.s3dlio.storage.range;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/**
 * Cuts what is to be read of an object into ranges. Pure.
 *
 * <p>What is shorter than {@link RangeEngineConfig#minSplitSize} stays whole. The rest is cut into
 * ranges of {@link RangeEngineConfig#chunkSize}, the last of them shorter. With chunks of 64 MiB
 * and a least size of 4 MiB:
 *
 * <pre>
 *   3 MiB at 0          (0, 3 MiB)                                            below the least size
 *   10 MiB at 5 MiB     (5 MiB, 10 MiB)                                       one chunk holds it
 *   150 MiB at 1 MiB    (1 MiB, 64 MiB) (65 MiB, 64 MiB) (129 MiB, 22 MiB)
 * </pre>
 */
final class RangePlanner {
  private RangePlanner() {}

  /**
   * Returns the ranges that cover {@code length} bytes from {@code offset} on, in order and without
   * overlap; one empty range for no bytes. The list is computed as it is read.
   */
  static List<Range> plan(long offset, long length, RangeEngineConfig config) {
    Range whole = new Range(offset, length);
    if (length < config.minSplitSize() || length <= config.chunkSize()) {
      return List.of(whole);
    }
    long count = (length - 1) / config.chunkSize() + 1;
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid chunkSize: %d (cuts %d bytes into more than %d ranges)"
              .formatted(config.chunkSize(), length, Integer.MAX_VALUE));
    }
    return new Chunks(whole, config.chunkSize(), (int) count);
  }

  private static final class Chunks extends AbstractList<Range> implements RandomAccess {
    private final Range whole;
    private final long chunkSize;
    private final int count;

    Chunks(Range whole, long chunkSize, int count) {
      this.whole = whole;
      this.chunkSize = chunkSize;
      this.count = count;
    }

    @Override
    public Range get(int index) {
      long start = Math.multiplyExact((long) index, chunkSize);
      return new Range(whole.offset() + start, Math.min(chunkSize, whole.length() - start));
    }

    @Override
    public int size() {
      return count;
    }
  }
}
