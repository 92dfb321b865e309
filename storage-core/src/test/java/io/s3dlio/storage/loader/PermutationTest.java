package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PermutationTest {
  @Test
  void hasEachNumberOnce() {
    for (int size : new int[] {0, 1, 2, 3, 1000, 1 << 20}) {
      int[] sorted = Permutation.of(size, 7, 0);
      Arrays.sort(sorted);

      assertThat(sorted).isEqualTo(IntStream.range(0, size).toArray());
    }
  }

  /** Worked out in Python, with integers of any size, from the two papers. */
  @Test
  void staysTheSameForEver() {
    assertThat(Permutation.of(10, 42, 0)).containsExactly(0, 3, 5, 7, 9, 8, 2, 1, 4, 6);
    assertThat(Permutation.of(10, 42, 1)).containsExactly(6, 5, 1, 4, 7, 3, 2, 9, 8, 0);
    assertThat(Permutation.of(10, -1, Long.MIN_VALUE))
        .containsExactly(9, 3, 8, 7, 2, 0, 1, 4, 6, 5);
  }

  @Test
  void neighbouringSeedsAndEpochsHaveNothingInCommon() {
    int[] order = Permutation.of(1000, 1, 1);

    for (int[] other :
        new int[][] {Permutation.of(1000, 1, 2), Permutation.of(1000, 2, 1), range(1000)}) {
      long same = IntStream.range(0, 1000).filter(i -> order[i] == other[i]).count();
      assertThat(same).describedAs("by chance one").isLessThan(10);
    }
    assertThat(Permutation.of(1000, 2, 0)).isNotEqualTo(Permutation.of(1000, 0, 2));
  }

  @Test
  void eachOrderIsAsLikely() {
    Map<String, Integer> seen = new HashMap<>();
    int seeds = 24_000;
    for (int seed = 0; seed < seeds; seed++) {
      seen.merge(Arrays.toString(Permutation.of(4, seed, 0)), 1, Integer::sum);
    }

    double expected = seeds / 24.0;
    double chiSquared =
        seen.values().stream().mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
    assertThat(seen).hasSize(24);
    assertThat(chiSquared)
        .describedAs("23 degrees of freedom: beyond 49.7 once in a thousand")
        .isLessThan(49.7);
  }

  private static int[] range(int size) {
    return IntStream.range(0, size).toArray();
  }
}
