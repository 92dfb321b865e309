package io.s3dlio.storage.tuning;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * What is known of the sizes of some objects. Requests are as many as objects, so how many are
 * under way follows the typical object; time goes where the bytes are, so how objects are cut
 * follows the object that the typical byte is in. Of a million thumbnails and ten archives these
 * are two very different ones.
 *
 * @param count how many objects
 * @param bytes how many bytes they have
 * @param typicalObject about the size of the median object; empty if nothing is known
 * @param typicalByte about the size of the object in which the median byte is
 */
public record SizeSummary(
    long count, long bytes, OptionalLong typicalObject, OptionalLong typicalByte) {
  /** Of objects of which nothing is known. */
  public static final SizeSummary UNKNOWN =
      new SizeSummary(0, 0, OptionalLong.empty(), OptionalLong.empty());

  public SizeSummary {
    requireNonNull(typicalObject, "typicalObject is null");
    requireNonNull(typicalByte, "typicalByte is null");
    if (count < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "Invalid sizes: %d objects, %d bytes (both must be >= 0)".formatted(count, bytes));
    }
  }

  /** Returns what is known of objects that are all of one size, in bytes. */
  public static SizeSummary ofEach(long size) {
    return new Builder().add(size).build();
  }

  /** Returns what is known of objects with these sizes, in bytes. */
  public static SizeSummary of(long... sizes) {
    Builder builder = new Builder();
    for (long size : sizes) {
      builder.add(size);
    }
    return builder.build();
  }

  /** Adds up sizes, in constant memory. Not thread-safe. */
  public static final class Builder {
    /** By the number of bits of the size: a factor of two matters to nobody here. */
    private final long[] counts = new long[Long.SIZE];

    private final long[] bytes = new long[Long.SIZE];

    /**
     * Adds an object.
     *
     * @param size in bytes, 0 or more
     */
    public Builder add(long size) {
      if (size < 0) {
        throw new IllegalArgumentException("Invalid size: %d (must be >= 0)".formatted(size));
      }
      int bits = Long.SIZE - Long.numberOfLeadingZeros(size);
      counts[bits]++;
      bytes[bits] = Math.addExact(bytes[bits], size);
      return this;
    }

    /** Returns what the sizes added so far show. */
    public SizeSummary build() {
      long count = sum(counts);
      return count == 0
          ? UNKNOWN
          : new SizeSummary(
              count,
              sum(bytes),
              OptionalLong.of(mean(middle(counts, count))),
              OptionalLong.of(mean(middle(bytes, sum(bytes)))));
    }

    private long mean(int bits) {
      return counts[bits] == 0 ? 0 : bytes[bits] / counts[bits];
    }

    /** Returns where the middle of all is. */
    private static int middle(long[] amounts, long total) {
      int bits = 0;
      long below = amounts[0];
      while (below < total - below) {
        below += amounts[++bits];
      }
      return bits;
    }

    private static long sum(long[] amounts) {
      long sum = 0;
      for (long amount : amounts) {
        sum = Math.addExact(sum, amount);
      }
      return sum;
    }
  }
}
