package io.s3dlio.spark.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A set of names that keeps 127 bits of each name's SHA-256 and not the name: 24 bytes a name. Two
 * names never meet in so many bits. Not thread-safe.
 */
final class NameSet {
  private static final int MAX_SLOTS = Integer.MAX_VALUE - 8;

  private final MessageDigest digest;

  /** Two arrays as one of pairs; a high of 0 marks a free slot, and no name has it. */
  private final long[] high;

  private final long[] low;
  private long size;

  /**
   * @param expected how many names there will be at most
   */
  NameSet(long expected) {
    long slots = expected + expected / 2 + 1;
    if (slots > MAX_SLOTS) {
      throw new IllegalArgumentException(
          "Cannot compare the names of %d objects in one job (at most %d)"
              .formatted(expected, MAX_SLOTS / 3L * 2));
    }
    high = new long[(int) slots];
    low = new long[(int) slots];
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Adds a name and returns whether it was new. */
  boolean add(String name) {
    ByteBuffer bits = bits(name);
    long first = bits.getLong() | 1;
    long second = bits.getLong();
    int slot = slot(first, second);
    if (high[slot] != 0) {
      return false;
    }
    if (size == high.length - 1) {
      throw new IllegalStateException("more names than the %d expected".formatted(size));
    }
    high[slot] = first;
    low[slot] = second;
    size++;
    return true;
  }

  boolean contains(String name) {
    ByteBuffer bits = bits(name);
    return high[slot(bits.getLong() | 1, bits.getLong())] != 0;
  }

  /** Returns the slot of these bits, or the free one where they would go. */
  private int slot(long first, long second) {
    int slot = (int) Long.remainderUnsigned(second, high.length);
    while (high[slot] != 0 && (high[slot] != first || low[slot] != second)) {
      slot = slot + 1 == high.length ? 0 : slot + 1;
    }
    return slot;
  }

  private ByteBuffer bits(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.wrap(digest.digest(text));
  }
}
