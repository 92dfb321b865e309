package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdRangeTest {
  private static IdRange of(long... ids) {
    IdRange range = IdRange.NONE;
    for (long id : ids) {
      range = range.with(id);
    }
    return range;
  }

  @Test
  void increasingIdsInRangesApartAreDistinct() {
    assertThat(IdRange.distinct(List.of(of(5, 9), of(0, 1, 4), of(), of(10)))).isTrue();
    assertThat(IdRange.distinct(List.of())).isTrue();
    assertThat(IdRange.distinct(List.of(of(), of()))).isTrue();
    assertThat(IdRange.distinct(List.of(of(0, Long.MAX_VALUE)))).isTrue();
  }

  @Test
  void nothingElseProvesIt() {
    assertThat(IdRange.distinct(List.of(of(1, 1)))).isFalse();
    assertThat(IdRange.distinct(List.of(of(2, 1)))).isFalse();
    assertThat(IdRange.distinct(List.of(of(2, 1, 3, 4)))).isFalse();
    assertThat(IdRange.distinct(List.of(of(0, 5), of(5, 6)))).isFalse();
    assertThat(IdRange.distinct(List.of(of(0, 5), of(2)))).isFalse();
    assertThat(IdRange.distinct(List.of(IdRange.UNKNOWN))).isFalse();
    assertThat(IdRange.distinct(Arrays.asList(of(1), IdRange.UNKNOWN.with(7)))).isFalse();
  }
}
