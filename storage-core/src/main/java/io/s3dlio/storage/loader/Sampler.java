package io.s3dlio.storage.loader;

import org.jspecify.annotations.Nullable;

/**
 * The order in which a loader goes through one epoch: its shard of what may be shuffled.
 *
 * <p>For example ten items and two ranks. Shuffled they are 0 3 5 7 9 8 2 1 4 6 on both ranks; the
 * first has 0 5 9 2 4 and the second 3 7 8 1 6.
 */
final class Sampler {
  private final long rank;
  private final long worldSize;
  private final long size;

  /** The shard's own numbers; null where nothing is shuffled. */
  private final int @Nullable [] shuffled;

  private Sampler(long rank, long worldSize, long size, int @Nullable [] shuffled) {
    this.rank = rank;
    this.worldSize = worldSize;
    this.size = size;
    this.shuffled = shuffled;
  }

  /**
   * @param items how many the data set has
   * @param equal whether what is too much for equally large shards is left out
   */
  static Sampler inOrder(long items, LoaderOptions.Shard shard, boolean equal) {
    return new Sampler(shard.rank(), shard.worldSize(), size(items, shard, equal), null);
  }

  /**
   * @param items how many the data set has
   * @param equal whether what is too much for equally large shards is left out
   * @throws IllegalArgumentException if there are more items than can be shuffled
   */
  static Sampler shuffled(
      long items, LoaderOptions.Shard shard, boolean equal, long seed, long epoch) {
    if (items > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid shuffle: the data set has %d items, at most %d can be shuffled"
              .formatted(items, Integer.MAX_VALUE));
    }
    int[] all = Permutation.of((int) items, seed, epoch);
    int[] own = new int[Math.toIntExact(size(items, shard, equal))];
    for (int i = 0; i < own.length; i++) {
      own[i] = all[shard.rank() + i * shard.worldSize()];
    }
    return new Sampler(shard.rank(), shard.worldSize(), own.length, own);
  }

  private static long size(long items, LoaderOptions.Shard shard, boolean equal) {
    long least = items / shard.worldSize();
    boolean oneMore = !equal && shard.rank() < items % shard.worldSize();
    return least + (oneMore ? 1 : 0);
  }

  /** Returns how many items the shard has. */
  long size() {
    return size;
  }

  /** Returns the number of the item at a place, from 0. */
  long at(long place) {
    return shuffled == null ? rank + place * worldSize : shuffled[(int) place];
  }
}
