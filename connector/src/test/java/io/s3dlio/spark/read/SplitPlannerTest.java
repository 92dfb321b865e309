package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SplitPlannerTest {
  private static final long NO_CHUNKS = Long.MAX_VALUE;

  @Test
  void packsObjectsInOrderUntilTheNextOneWouldNotFit() {
    SplitRule rule = rule(NO_CHUNKS, 100, 0, 1);

    assertThat(plan(rule, Splits.table(60, 40, 1, 100, 99, 2)))
        .containsExactly(
            List.of("0@0+60", "1@0+40"),
            List.of("2@0+1"),
            List.of("3@0+100"),
            List.of("4@0+99"),
            List.of("5@0+2"));
  }

  @Test
  void anObjectThatAloneIsLargerIsASplit() {
    assertThat(plan(rule(NO_CHUNKS, 100, 0, 1), Splits.table(1, 1000, 1)))
        .containsExactly(List.of("0@0+1"), List.of("1@0+1000"), List.of("2@0+1"));
  }

  @Test
  void openingCostsButNotBeforeTheFirstByte() {
    // As Spark does: a file's own cost does not count when it is asked whether the file still fits.
    assertThat(plan(rule(NO_CHUNKS, 100, 40, 1), Splits.table(20, 40, 20, 20)))
        .containsExactly(List.of("0@0+20", "1@0+40"), List.of("2@0+20", "3@0+20"));
  }

  @Test
  void splitsShrinkToGiveEveryCoreOneButNotBelowTheOpenCost() {
    assertThat(plan(rule(NO_CHUNKS, 1000, 0, 4), Splits.table(10, 10, 10, 10))).hasSize(4);
    assertThat(plan(rule(NO_CHUNKS, 1000, 200, 4), Splits.table(10, 10, 10, 10))).hasSize(4);
    assertThat(plan(rule(NO_CHUNKS, 1000, 300, 400), Splits.table(10, 10, 10, 10)))
        .describedAs("300 bytes a split, of which an object takes 310")
        .hasSize(4);
    assertThat(plan(rule(NO_CHUNKS, 1000, 5, 400), Splits.table(0, 0, 0, 0)))
        .describedAs("5 bytes a split, of which an object takes 5")
        .hasSize(2);
  }

  @Test
  void largeObjectsAreRowsOfChunksThatMayLieInSeveralSplits() {
    assertThat(plan(rule(40, 100, 0, 1), Splits.table(0, 10, 130, 40, 41)))
        .containsExactly(
            List.of("0@0+0", "1@0+10", "2@0+40", "2@40+40"),
            List.of("2@80+40", "2@120+10", "3@0+40"),
            List.of("4@0+40", "4@40+1"));
  }

  @Test
  void everyByteIsInOneRowWhateverTheRule() {
    ObjectTable table = Splits.table(0, 7, 100, 1, 0, 33, 64);
    for (long chunk = 1; chunk < 70; chunk++) {
      for (long max = 1; max < 150; max += 7) {
        List<List<String>> splits = plan(rule(chunk, max, 2, 3), table);
        long[] seen = new long[table.size()];
        for (String row : splits.stream().flatMap(List::stream).toList()) {
          String[] parts = row.split("[@+]");
          int object = Integer.parseInt(parts[0]);
          assertThat(Long.parseLong(parts[1])).isEqualTo(seen[object]);
          seen[object] += Long.parseLong(parts[2]);
        }
        assertThat(seen).containsExactly(0, 7, 100, 1, 0, 33, 64);
      }
    }
  }

  @Test
  void withoutContentRowsAreSpreadEvenlyWhateverTheirSize() {
    SplitRule rule = new SplitRule(false, NO_CHUNKS, 1, 4, 3, OptionalInt.empty());

    assertThat(plan(rule, Splits.table(10, 1L << 40, 0, 3, 3)))
        .containsExactly(
            List.of("0@0+10", "1@0+1099511627776"), List.of("2@0+0", "3@0+3"), List.of("4@0+3"));
  }

  @Test
  void aSplitHasAtMostAMillionRows() {
    ObjectTable table = Splits.table(new long[(1 << 20) + 1]);

    for (boolean content : new boolean[] {true, false}) {
      SplitRule rule = new SplitRule(content, NO_CHUNKS, 1 << 20, 0, 1, OptionalInt.empty());
      assertThat(plan(rule, table)).extracting(List::size).containsExactly(1 << 20, 1);
    }
  }

  @Test
  void neverMixesContainers() {
    ObjectIndex index = ObjectIndex.of(List.of(Splits.table(1), Splits.table(1)));

    assertThat(SplitPlanner.plan(index, rule(NO_CHUNKS, 100, 0, 1))).hasSize(2);
  }

  @Test
  void sparksLimitOnTheNumberOfSplitsMakesThemLarger() {
    ObjectTable table = Splits.table(LongStream.generate(() -> 10).limit(100).toArray());

    assertThat(plan(new SplitRule(true, NO_CHUNKS, 10, 0, 1, OptionalInt.of(7)), table))
        .hasSize(8)
        .first()
        .satisfies(split -> assertThat(split).hasSize(14));
    assertThat(plan(new SplitRule(true, NO_CHUNKS, 10, 0, 1, OptionalInt.of(100)), table))
        .hasSize(100);
  }

  @Test
  void nothingIsNoSplit() {
    assertThat(SplitPlanner.plan(ObjectIndex.of(List.of()), rule(NO_CHUNKS, 1, 0, 1))).isEmpty();
  }

  @Test
  void countsRowsWithoutWalkingThem() {
    ObjectIndex index = ObjectIndex.of(List.of(Splits.table(0, 1, 40, 41, 80, 81, 1L << 50)));

    assertThat(SplitPlanner.rows(index, rule(40, 1, 0, 1)))
        .isEqualTo(1 + 1 + 1 + 2 + 2 + 3 + ((1L << 50) + 39) / 40);
    assertThat(SplitPlanner.rows(index, rule(NO_CHUNKS, 1, 0, 1))).isEqualTo(7);
  }

  private static SplitRule rule(long chunk, long max, long openCost, int partitions) {
    return new SplitRule(true, chunk, max, openCost, partitions, OptionalInt.empty());
  }

  private static List<List<String>> plan(SplitRule rule, ObjectTable... tables) {
    return SplitPlanner.plan(ObjectIndex.of(Arrays.asList(tables)), rule).stream()
        .map(Splits::rows)
        .toList();
  }
}
