package io.s3dlio.storage.loader;

/**
 * The order of a shuffle: each order is as likely as any other over all seeds, and the same seed
 * and epoch give the same order in every JVM of every version, which the JDK's own generators do
 * not promise.
 *
 * <p>A Fisher-Yates shuffle whose numbers are SplitMix64's (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014), brought into their range without bias (Lemire:
 * "Fast random integer generation in an interval", ACM TOMACS 29, 2019).
 */
public final class Permutation {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  private Permutation(long state) {
    this.state = state;
  }

  /**
   * Returns the numbers from 0 to {@code size} - 1, each once: what stands at a place is what comes
   * there.
   *
   * @param size 0 or more
   * @param seed any number
   * @param epoch any number; another one gives an order that has nothing to do with this one
   */
  public static int[] of(int size, long seed, long epoch) {
    Permutation random = new Permutation(mix(mix(seed) + epoch));
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int other = random.below(i + 1);
      int number = order[i];
      order[i] = order[other];
      order[other] = number;
    }
    return order;
  }

  /** Returns a number from 0 to {@code bound} - 1, each as likely. */
  private int below(int bound) {
    long product = nextInt() * bound;
    if ((product & 0xFFFF_FFFFL) < bound) {
      long refused = (1L << Integer.SIZE) % bound;
      while ((product & 0xFFFF_FFFFL) < refused) {
        product = nextInt() * bound;
      }
    }
    return (int) (product >>> Integer.SIZE);
  }

  /** Returns 32 random bits. */
  private long nextInt() {
    state += GOLDEN_GAMMA;
    return mix(state) >>> Integer.SIZE;
  }

  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
