package io.s3dlio.datagen;

import java.io.Serializable;

/**
 * What storage that looks for it saves of the random bytes of a data set.
 *
 * @param dedupe how many blocks of 4 KiB there are for each that is unlike all others, over objects
 *     of one size that are numbered from 0; 1 to {@link #MAX}
 * @param compress how many bytes of an object there are for each that zstd makes of it at level 3;
 *     1 to {@link #MAX}
 */
public record Factors(double dedupe, double compress) implements Serializable {
  public static final int MAX = 100;

  /** Nothing is saved. */
  public static final Factors NONE = new Factors(1, 1);

  public Factors {
    require("dedupe", dedupe);
    require("compress", compress);
  }

  private static void require(String name, double factor) {
    if (!(factor >= 1 && factor <= MAX)) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be from 1 to %d)".formatted(name, factor, MAX));
    }
  }

  /** Returns the random bytes of an object, of this length. */
  BlockSource bytes(long seed, long index, long length) {
    return equals(NONE)
        ? RandomBytes.of(seed, index, length)
        : FactoredBytes.of(seed, index, length, this);
  }
}
