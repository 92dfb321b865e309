package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.s3dlio.datagen.SizeDistribution.LogNormal;
import io.s3dlio.datagen.SizeDistribution.Uniform;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeDistributionTest {
  private static final long MIB = 1 << 20;
  private static final long HUGE = 5L << 40;
  private static final int OBJECTS = 200_000;

  @Test
  void sizesNeverChange() {
    assertThat(sizes(new Uniform(0, 99), 42, 5)).containsExactly(44, 96, 91, 69, 3);
    assertThat(sizes(new Uniform(MIB, HUGE), -1, 3))
        .containsExactly(663865284987L, 1609842374401L, 1449883173538L);
    assertThat(sizes(new LogNormal(MIB, MIB / 2, 0, HUGE), 42, 4))
        .containsExactly(1475891, 1119671, 433135, 877153);
    assertThat(sizes(new LogNormal(100, 900, 90, 1_000), 0, 6))
        .containsExactly(96, 273, 91, 162, 96, 361);
  }

  @Test
  void allObjectsHaveOneSizeUnlessTheyAreToDiffer() {
    assertThat(sizes(SizeDistribution.of(7), 42, 3)).containsExactly(7, 7, 7);
  }

  @Test
  void uniformSizesHaveTheirMeanAndDeviationAndKeepTheirBounds() {
    long[] sizes = sizes(new Uniform(MIB, 4 * MIB), 42, OBJECTS);

    assertThat(Arrays.stream(sizes)).allMatch(size -> size >= MIB && size <= 4 * MIB);
    assertThat(mean(sizes)).isCloseTo(2.5 * MIB, within(0.005 * 2.5 * MIB));
    assertThat(deviation(sizes)).isCloseTo(3 * MIB / Math.sqrt(12), within(0.01 * MIB));
  }

  @Test
  void everyUniformSizeComes() {
    assertThat(Arrays.stream(sizes(new Uniform(10, 13), 42, 1_000)).distinct().sorted())
        .containsExactly(10L, 11L, 12L, 13L);
    assertThat(sizes(new Uniform(10, 10), 42, 100)).containsOnly(10);
  }

  @ParameterizedTest
  @CsvSource({"1048576, 524288", "1048576, 1048576", "150000000, 20000000", "64, 6"})
  void logNormalSizesHaveTheirMeanDeviationAndMedian(long mean, long deviation) {
    long[] sizes = sizes(new LogNormal(mean, deviation, 0, HUGE), 42, OBJECTS);

    double spread = (double) deviation / mean;
    assertThat(mean(sizes)).isCloseTo(mean, within(0.01 * mean));
    assertThat(deviation(sizes)).isCloseTo(deviation, within(0.03 * deviation));
    assertThat((double) Arrays.stream(sizes).sorted().toArray()[OBJECTS / 2])
        .isCloseTo(mean / Math.sqrt(1 + spread * spread), within(0.01 * mean));
  }

  @ParameterizedTest
  @CsvSource({
    "1048576, 1048576, 1048576, 2097152",
    "1048576, 10485760, 0, 10485760",
    "1048576, 262144, 1000000, 1500000",
    "5, 1, 4, 5",
  })
  void logNormalSizesKeepTheirBounds(long mean, long deviation, long min, long max) {
    long[] sizes = sizes(new LogNormal(mean, deviation, min, max), 42, 10_000);

    assertThat(Arrays.stream(sizes)).allMatch(size -> size >= min && size <= max);
    assertThat(Arrays.stream(sizes).distinct().count()).isGreaterThan(1);
  }

  @Test
  void sizesDependOnSeedAndIndexAlone() {
    SizeDistribution sizes = new Uniform(0, MIB);
    long[] forwards = sizes(sizes, 3, 1_000);
    for (int index = 999; index >= 0; index--) {
      assertThat(sizes.size(3, index)).isEqualTo(forwards[index]);
    }
    assertThat(sizes(sizes, 4, 1_000)).isNotEqualTo(forwards);
  }

  @ParameterizedTest
  @CsvSource({"-1, 5", "5, 4", "0, 9223372036854775807"})
  void otherBoundsAreRefused(long min, long max) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Uniform(min, max))
        .withMessage(
            "Invalid bounds: %d to %d (must be >= 0, the lower one first)".formatted(min, max));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 1 | 0 | 9 | Invalid mean: 0 (must be >= 1)",
        "5 | 0 | 0 | 9 | Invalid deviation: 0 (must be from 1 to 10 times the mean)",
        "5 | 60 | 0 | 99 | Invalid deviation: 60 (must be from 1 to 10 times the mean)",
        "5 | 2 | 6 | 9 | Invalid bounds: 6 to 9 (must enclose the mean, 5, and",
        "5 | 2 | 0 | 4 | Invalid bounds: 0 to 4 (must enclose the mean, 5, and",
        "5 | 2 | 5 | 6 | Invalid bounds: 5 to 6 (must enclose the mean, 5, and be apart by the"
            + " deviation, 2)",
      })
  void otherLogNormalDistributionsAreRefused(
      long mean, long deviation, long min, long max, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LogNormal(mean, deviation, min, max))
        .withMessageContaining(message);
  }

  private static long[] sizes(SizeDistribution distribution, long seed, int count) {
    return LongStream.range(0, count).map(index -> distribution.size(seed, index)).toArray();
  }

  private static double mean(long[] sizes) {
    return Arrays.stream(sizes).average().orElseThrow();
  }

  private static double deviation(long[] sizes) {
    double mean = mean(sizes);
    return Math.sqrt(
        Arrays.stream(sizes)
            .mapToDouble(size -> (size - mean) * (size - mean))
            .average()
            .orElseThrow());
  }
}
