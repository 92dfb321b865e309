package io.s3dlio.storage.buffer;

/**
 * Rounds sizes up to the capacities that buffers are made in, so that sizes that are about the same
 * share memory: whole pages up to 64 KiB, then eight steps for each power of two. So at most an
 * eighth is wasted above 64 KiB, and less than a page below.
 */
final class SizeClasses {
  /** The largest size there is a capacity for: with its alignment it still fits a buffer. */
  static final int MAX_SIZE = Integer.MAX_VALUE - 8 - BufferPool.ALIGNMENT;

  private static final int PAGES_UP_TO = 64 << 10;
  private static final int STEPS_LOG2 = 3;

  private SizeClasses() {}

  /** Returns the capacity for a size; at least a page, since every buffer has an address. */
  static int capacity(long size) {
    if (size < 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "Invalid size: %d (must be between 0 and %d bytes)".formatted(size, MAX_SIZE));
    }
    if (size <= PAGES_UP_TO) {
      return (int) roundUp(Math.max(size, 1), BufferPool.ALIGNMENT);
    }
    long step = Long.highestOneBit(size - 1) >> STEPS_LOG2;
    return (int) Math.min(roundUp(size, step), roundUp(MAX_SIZE, BufferPool.ALIGNMENT));
  }

  private static long roundUp(long size, long powerOfTwo) {
    return (size + powerOfTwo - 1) & -powerOfTwo;
  }
}
