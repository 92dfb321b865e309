package io.s3dlio.datagen;

import java.util.Arrays;

/**
 * Random bytes that deduplicate and compress by given factors; a function of (seed, object index,
 * length, factors, offset).
 *
 * <p><b>Deduplication.</b> At each place, the blocks of an object after its first, the objects of a
 * data set follow each other in groups that have the block in common. A group has as many objects
 * as the factor says, on the average. The groups of different places begin at different objects:
 * where is a sequence of low discrepancy over the places, so that with every further object the
 * same share of its blocks is new, and the factor holds for any number of objects that is not less
 * than the factor itself. For that the first group of each place has all the objects that the first
 * groups have at most. No object has a block twice, and the first block of each is its own, which
 * the groups of the others make up for; so all objects differ.
 *
 * <p>For instance with the factor 2, the groups of objects by places:
 *
 * <pre>
 *   object    0 1 2 3 4 5 6
 *   block 0   a b c d e f g
 *   block 1   h h h i i j j
 *   block 2   k k l l m m n
 * </pre>
 *
 * <p><b>Compression.</b> Each quarter of a block is random bytes and then zeros, as many as the
 * factor leaves room for what a compressor spends on a run of zeros; some of the last quarter's
 * random bytes end the block, where those go that a checksum asks for. A few random bytes are in
 * each block, so that no two are alike by chance.
 *
 * @param own the object's own random bytes
 * @param grouped whether objects have blocks in common
 * @param newGroups the share of the blocks after the first that begin a group with an object, as a
 *     fraction of 2 to the power of 64
 * @param random how many bytes of a block are random
 */
record FactoredBytes(
    long seed,
    long index,
    RandomBytes own,
    boolean grouped,
    long newGroups,
    int random,
    long length)
    implements BlockSource {
  private static final int RUNS = 4;
  private static final int RUN = BLOCK / RUNS;

  /** About how many bytes zstd spends on a run of zeros. */
  private static final int RUN_COST = 2;

  /** How many bytes end a block, random whatever the factor is. */
  private static final int END = Long.BYTES;

  /** The golden ratio, a fraction of 2 to the power of 64: its multiples are spread evenly. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  static FactoredBytes of(long seed, long index, long length, Factors factors) {
    double compress = factors.compress();
    return new FactoredBytes(
        seed,
        index,
        RandomBytes.of(seed, index, length),
        factors.dedupe() > 1,
        newGroups((length + BLOCK - 1) / BLOCK, factors.dedupe()),
        compress > 1 ? (int) Math.round(BLOCK / compress) - RUNS * RUN_COST : BLOCK,
        length);
  }

  private static long newGroups(long blocks, double dedupe) {
    // All the blocks that are to be new, but for the first, which is so in any case.
    double share = blocks <= 1 ? 0 : Math.max(0, (blocks / dedupe - 1) / (blocks - 1));
    return (long) (share * 0x1p63) << 1;
  }

  @Override
  public void generate(long number, byte[] block) {
    RandomBytes bytes = number == 0 || !grouped ? own : group(number);
    bytes.generate(number, block, random);
    if (random < BLOCK) {
      spread(block);
    }
  }

  /** Returns the bytes of the group that the object belongs to at a block. */
  private RandomBytes group(long number) {
    // A product of 128 bits: a whole number and a fraction, which the place shifts.
    long object = index + 1;
    long whole =
        Math.multiplyHigh(object, newGroups)
            + ((object >> 63) & newGroups)
            + ((newGroups >> 63) & object);
    long fraction = object * newGroups;
    if (Long.compareUnsigned(fraction + number * GOLDEN, fraction) < 0) {
      whole++;
    }
    // No object has a negative index.
    return RandomBytes.of(seed, ~Math.max(1, whole), length);
  }

  /** Makes runs of zeros between the random bytes that the block begins with. */
  private void spread(byte[] block) {
    int last = random - END;
    System.arraycopy(block, last, block, BLOCK - END, END);
    // Backwards: where bytes go there are no more to be moved.
    for (int run = RUNS - 1; run >= 0; run--) {
      int from = last * run / RUNS;
      int count = last * (run + 1) / RUNS - from;
      System.arraycopy(block, from, block, run * RUN, count);
      int end = run == RUNS - 1 ? BLOCK - END : (run + 1) * RUN;
      Arrays.fill(block, run * RUN + count, end, (byte) 0);
    }
  }
}
