package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PartPlanTest {
  private static final PartPlan PLAN = new PartPlan(16 << 20, 4, 10_000, 5L << 40);

  @Property(tries = 50)
  void theLargestObjectFitsTheParts(@ForAll @IntRange(min = 5 << 20, max = 1 << 30) int preferred) {
    long held = 0;
    int last = 0;
    for (int number = 1; number <= PLAN.maxParts(); number++) {
      int size = PLAN.partSize(number, preferred);
      assertThat(size).isBetween(Math.max(last, preferred), 1 << 30);
      held += size;
      last = size;
    }
    assertThat(held).isGreaterThanOrEqualTo(PLAN.maxObject());
  }

  @Test
  void ordinaryObjectsHavePartsOfThePreferredSize() {
    assertThat(PLAN.partSize(1, 16 << 20)).isEqualTo(16 << 20);
    assertThat(PLAN.partSize(500, 16 << 20)).isEqualTo(16 << 20);
    assertThat(PLAN.partSize(501, 16 << 20)).isEqualTo(32 << 20);
  }
}
