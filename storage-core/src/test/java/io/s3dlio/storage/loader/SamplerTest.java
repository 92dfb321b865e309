package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.loader.LoaderOptions.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SamplerTest {
  @Property
  void shardsAreDisjointAndCompleteAndDifferByOneAtMost(
      @ForAll @IntRange(max = 200) int items,
      @ForAll @IntRange(min = 1, max = 12) int worldSize,
      @ForAll boolean shuffled,
      @ForAll long seed) {
    List<Long> seen = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      Sampler sampler = sampler(items, new Shard(rank, worldSize), shuffled, false, seed, 3);
      sizes.add(sampler.size());
      all(sampler).forEach(seen::add);
    }

    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, items).boxed().toList());
    assertThat(sizes)
        .allSatisfy(
            size ->
                assertThat(size)
                    .isBetween((long) items / worldSize, (items + worldSize - 1L) / worldSize));
  }

  @Property
  void equalShardsLeaveOutLessThanOneItemForEachRank(
      @ForAll @IntRange(max = 200) int items, @ForAll @IntRange(min = 1, max = 12) int worldSize) {
    for (int rank = 0; rank < worldSize; rank++) {
      Sampler sampler = sampler(items, new Shard(rank, worldSize), true, true, 7, 0);
      assertThat(sampler.size()).isEqualTo(items / worldSize);
    }
  }

  @Test
  void shardsAreTakenOfTheShuffledOrder() {
    assertThat(all(sampler(10, new Shard(0, 1), true, false, 42, 0)))
        .containsExactly(0L, 3L, 5L, 7L, 9L, 8L, 2L, 1L, 4L, 6L);
    assertThat(all(sampler(10, new Shard(0, 2), true, false, 42, 0)))
        .containsExactly(0L, 5L, 9L, 2L, 4L);
    assertThat(all(sampler(10, new Shard(1, 2), true, false, 42, 0)))
        .containsExactly(3L, 7L, 8L, 1L, 6L);
  }

  @Test
  void anotherEpochHasAnotherOrder() {
    assertThat(all(sampler(100, Shard.WHOLE, true, false, 42, 1)))
        .isNotEqualTo(all(sampler(100, Shard.WHOLE, true, false, 42, 0)))
        .hasSize(100);
  }

  @Test
  void moreItemsThanAnIntHoldsAreReadInOrderAndNotShuffled() {
    long items = 50L << 30;
    Sampler sampler = Sampler.inOrder(items, new Shard(1, 2), false);

    assertThat(sampler.size()).isEqualTo(items / 2);
    assertThat(sampler.at(sampler.size() - 1)).isEqualTo(items - 1);
    assertThatThrownBy(() -> Sampler.shuffled(items, Shard.WHOLE, false, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid shuffle: the data set has 53687091200 items, at most 2147483647 can be shuffled");
  }

  @Test
  void ranksOutsideOfTheirWorldAreRefused() {
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withShard(2, 2))
        .hasMessage("Invalid shard: rank 2 of 2 (must be from 0 to before the size)");
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withShard(-1, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Sampler sampler(
      int items, Shard shard, boolean shuffled, boolean equal, long seed, long epoch) {
    return shuffled
        ? Sampler.shuffled(items, shard, equal, seed, epoch)
        : Sampler.inOrder(items, shard, equal);
  }

  private static List<Long> all(Sampler sampler) {
    return LongStream.range(0, sampler.size()).map(sampler::at).boxed().toList();
  }
}
