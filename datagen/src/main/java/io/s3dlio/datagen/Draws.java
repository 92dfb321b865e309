package io.s3dlio.datagen;

/**
 * Random numbers that are a function of (seed, object index) and of how many were drawn before; not
 * those that the object's bytes are made of. Used by one thread.
 */
final class Draws {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  /** Any number: tells these numbers from others that a seed gives. */
  private static final long OWN = 0x5851F42D4C957F2DL;

  private long state;

  Draws(long seed, long index) {
    state = RandomBytes.mix(index + RandomBytes.mix(seed ^ OWN));
  }

  private long next() {
    state += STEP;
    return RandomBytes.mix(state);
  }

  /**
   * Returns a number from 0 on.
   *
   * @param bound that it is below; 1 or more
   */
  long below(long bound) {
    long draw = next();
    return Math.multiplyHigh(draw, bound) + ((draw >> 63) & bound);
  }

  /** Returns a number from the normal distribution with the mean 0 and the deviation 1. */
  double normal() {
    // The method of Box and Muller, with no logarithm of zero.
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - fraction()));
    return radius * StrictMath.cos(2 * Math.PI * fraction());
  }

  /** Returns a number from 0 on, below 1. */
  private double fraction() {
    return (next() >>> 11) * 0x1p-53;
  }
}
