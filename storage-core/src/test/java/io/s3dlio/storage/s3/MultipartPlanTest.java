package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MultipartPlanTest {
  @Property(tries = 50)
  void theLargestObjectFitsTheParts(
      @ForAll @IntRange(min = MultipartPlan.MIN_PART, max = 1 << 30) int preferred) {
    long held = 0;
    int last = 0;
    for (int number = 1; number <= MultipartPlan.MAX_PARTS; number++) {
      int size = MultipartPlan.partSize(number, preferred);
      assertThat(size).isBetween(Math.max(last, preferred), 1 << 30);
      held += size;
      last = size;
    }
    assertThat(held).isGreaterThanOrEqualTo(MultipartPlan.MAX_OBJECT);
  }

  @Test
  void ordinaryObjectsHavePartsOfThePreferredSize() {
    assertThat(MultipartPlan.partSize(1, 16 << 20)).isEqualTo(16 << 20);
    assertThat(MultipartPlan.partSize(500, 16 << 20)).isEqualTo(16 << 20);
    assertThat(MultipartPlan.partSize(501, 16 << 20)).isEqualTo(32 << 20);
  }
}
