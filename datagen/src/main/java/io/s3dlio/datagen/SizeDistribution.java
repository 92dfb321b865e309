package io.s3dlio.datagen;

import java.io.Serializable;

/** How long the objects of a data set are. Immutable. */
public sealed interface SizeDistribution extends Serializable {
  /** Returns the size of an object in bytes: a pure function of the seed and its index. */
  long size(long seed, long index);

  /** Returns the least size that there may be. */
  long min();

  /** Returns the distribution in which all objects have one size. */
  static SizeDistribution of(long size) {
    return new Fixed(size);
  }

  /** All objects have one size. */
  record Fixed(long min) implements SizeDistribution {
    public Fixed {
      if (min < 0) {
        throw new IllegalArgumentException("Invalid size: %d (must be >= 0)".formatted(min));
      }
    }

    @Override
    public long size(long seed, long index) {
      return min;
    }
  }

  /**
   * Every size from one to another is as likely.
   *
   * @param min the least
   * @param max the greatest
   */
  record Uniform(long min, long max) implements SizeDistribution {
    public Uniform {
      requireBounds(min, max);
    }

    @Override
    public long size(long seed, long index) {
      return min + new Draws(seed, index).below(max - min + 1);
    }
  }

  /**
   * The logarithm of the size is normally distributed: many small objects, a few large ones. A size
   * that is out of bounds is drawn again, which moves the mean if the bounds are close.
   *
   * @param mean of the sizes, if there were no bounds
   * @param deviation the standard deviation of the sizes, if there were no bounds; ten times the
   *     mean at most
   * @param min the least size
   * @param max the greatest; the bounds enclose the mean, and are apart by the deviation or more
   */
  record LogNormal(long mean, long deviation, long min, long max) implements SizeDistribution {
    private static final int MAX_SPREAD = 10;

    public LogNormal {
      requireBounds(min, max);
      if (mean < 1) {
        throw new IllegalArgumentException("Invalid mean: %d (must be >= 1)".formatted(mean));
      }
      if (deviation < 1 || deviation / MAX_SPREAD > mean) {
        throw new IllegalArgumentException(
            "Invalid deviation: %d (must be from 1 to %d times the mean)"
                .formatted(deviation, MAX_SPREAD));
      }
      // So that what is drawn is mostly within the bounds.
      if (mean < min || mean > max || max - min < deviation) {
        throw new IllegalArgumentException(
            "Invalid bounds: %d to %d (must enclose the mean, %d, and be apart by the deviation, %d)"
                .formatted(min, max, mean, deviation));
      }
    }

    @Override
    public long size(long seed, long index) {
      double spread = (double) deviation / mean;
      // StrictMath: every machine has the same result.
      double variance = StrictMath.log1p(spread * spread);
      double median = StrictMath.log((double) mean) - variance / 2;
      Draws draws = new Draws(seed, index);
      while (true) {
        double size =
            StrictMath.rint(StrictMath.exp(median + StrictMath.sqrt(variance) * draws.normal()));
        if (size >= min && size <= max) {
          return (long) size;
        }
      }
    }
  }

  private static void requireBounds(long min, long max) {
    if (min < 0 || max < min || max == Long.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid bounds: %d to %d (must be >= 0, the lower one first)".formatted(min, max));
    }
  }
}
