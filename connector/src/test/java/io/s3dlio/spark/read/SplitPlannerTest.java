package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
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
    SplitRule rule =
        new SplitRule(false, NO_CHUNKS, 1, 4, 3, OptionalInt.empty(), Optional.empty());

    assertThat(plan(rule, Splits.table(10, 1L << 40, 0, 3, 3)))
        .containsExactly(
            List.of("0@0+10", "1@0+1099511627776"), List.of("2@0+0", "3@0+3"), List.of("4@0+3"));
  }

  @Test
  void aSplitHasAtMostAMillionRows() {
    ObjectTable table = Splits.table(new long[(1 << 20) + 1]);

    for (boolean content : new boolean[] {true, false}) {
      SplitRule rule =
          new SplitRule(content, NO_CHUNKS, 1 << 20, 0, 1, OptionalInt.empty(), Optional.empty());
      assertThat(plan(rule, table)).extracting(List::size).containsExactly(1 << 20, 1);
    }
  }

  @Test
  void neverMixesContainers() {
    ObjectIndex index = ObjectIndex.of(List.of(Splits.table(1), Splits.table(1)));

    assertThat(SplitPlanner.plan(index, rule(NO_CHUNKS, 100, 0, 1))).hasSize(2);
  }

  @Test
  void aLimitOnTheNumberOfSplitsMakesThemLargerAndEven() {
    ObjectTable table = Splits.table(LongStream.generate(() -> 10).limit(100).toArray());

    assertThat(
            plan(
                new SplitRule(true, NO_CHUNKS, 10, 0, 1, OptionalInt.of(7), Optional.empty()),
                table))
        .extracting(List::size)
        .containsExactly(15, 14, 14, 15, 14, 14, 14);
    assertThat(
            plan(
                new SplitRule(true, NO_CHUNKS, 10, 0, 1, OptionalInt.of(100), Optional.empty()),
                table))
        .hasSize(100);
  }

  @Test
  void thereAreNeverMoreSplitsThanTheLimitWhateverTheSizes() {
    Random random = new Random(1);
    for (int most = 1; most < 40; most++) {
      long[] lengths = random.longs(50, 0, 1L << random.nextInt(1, 50)).toArray();
      for (boolean content : new boolean[] {true, false}) {
        SplitRule rule =
            new SplitRule(content, NO_CHUNKS, 1, 0, 100, OptionalInt.of(most), Optional.empty());

        assertThat(plan(rule, Splits.table(lengths)))
            .hasSizeBetween(1, most)
            .extracting(List::size)
            .satisfies(sizes -> assertThat(sizes.stream().mapToInt(i -> i).sum()).isEqualTo(50));
      }
    }
    assertThat(
            plan(
                new SplitRule(true, NO_CHUNKS, 1, 0, 9, OptionalInt.of(3), Optional.empty()),
                Splits.table(0, 0, 0, 0)))
        .describedAs("of nothing")
        .hasSizeBetween(1, 3);
  }

  @Test
  void splitsHaveWholeBatches() {
    ObjectTable table = numbered(NO_CHUNKS, 0, 60, 60, 10, 10, 10, 200, 1, 5);

    assertThat(plan(batches(NO_CHUNKS, 100, 2, 1000), table))
        .containsExactly(
            List.of("0@0+60", "1@0+60"),
            List.of("2@0+10", "3@0+10"),
            List.of("4@0+10", "5@0+200"),
            List.of("6@0+1", "7@0+5"));
    assertThat(plan(batches(NO_CHUNKS, 130, 2, 1000), table))
        .containsExactly(
            List.of("0@0+60", "1@0+60"),
            List.of("2@0+10", "3@0+10"),
            List.of("4@0+10", "5@0+200"),
            List.of("6@0+1", "7@0+5"));
    assertThat(plan(batches(NO_CHUNKS, 140, 2, 1000), table))
        .containsExactly(
            List.of("0@0+60", "1@0+60", "2@0+10", "3@0+10"),
            List.of("4@0+10", "5@0+200"),
            List.of("6@0+1", "7@0+5"));
  }

  @Test
  void batchesMayBeginAndEndBetweenChunks() {
    // Rows 0 to 6 of which each three are a batch: 4 chunks of an object, 3 of the next.
    ObjectTable table = numbered(10, 0, 40, 30);

    assertThat(plan(batches(10, 1, 3, 1000), table))
        .containsExactly(
            List.of("0@0+10", "0@10+10", "0@20+10"),
            List.of("0@30+10", "1@0+10", "1@10+10"),
            List.of("1@20+10"));
  }

  @Test
  void whatAFilterLeavesOfABatchStaysTogether() {
    BitSet left = new BitSet();
    left.set(1);
    left.set(2);
    left.set(5);
    ObjectTable table = numbered(NO_CHUNKS, 0, 1, 1, 1, 1, 1, 1).select(left);

    assertThat(plan(batches(NO_CHUNKS, 1, 2, 1000), table))
        .containsExactly(List.of("1@0+1"), List.of("2@0+1"), List.of("5@0+1"));
    assertThat(plan(batches(NO_CHUNKS, 1, 3, 1000), table))
        .containsExactly(List.of("1@0+1", "2@0+1"), List.of("5@0+1"));
  }

  @Test
  void aBatchOfMoreBytesThanAllowedIsToldUnlessItIsOneRow() {
    ObjectTable table = numbered(NO_CHUNKS, 0, 10, 500, 90, 11, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(batches(NO_CHUNKS, 1 << 20, 2, 100), table))
        .withMessage(
            "Cannot read a batch of 2 rows: those from s3://b/d/0 to s3://b/d/1 have 510 bytes, and a"
                + " batch has 100 at most. Set a smaller batchSize, or raise the option"
                + " maxBatchBytes");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> plan(batches(NO_CHUNKS, 1 << 20, 2, 100), numbered(NO_CHUNKS, 0, 1, 1, 90, 11)))
        .withMessageContaining("from s3://b/d/2 to s3://b/d/3 have 101 bytes");
    assertThat(plan(batches(NO_CHUNKS, 1 << 20, 1, 100), table)).hasSize(1);
  }

  @Test
  void aLimitOnSplitsCutsBetweenBatches() {
    ObjectTable table = numbered(NO_CHUNKS, 0, LongStream.generate(() -> 10).limit(100).toArray());
    SplitRule rule =
        new SplitRule(
            true,
            NO_CHUNKS,
            1,
            0,
            1,
            OptionalInt.of(3),
            Optional.of(new SplitRule.Batches(8, 1000)));

    assertThat(plan(rule, table)).extracting(List::size).containsExactly(32, 32, 36);
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

  private static SplitRule batches(long chunk, long max, int rows, long maxBatch) {
    return new SplitRule(
        true,
        chunk,
        max,
        0,
        1,
        OptionalInt.empty(),
        Optional.of(new SplitRule.Batches(rows, maxBatch)));
  }

  /** Returns a table whose rows are numbered from a number on. */
  private static ObjectTable numbered(long chunk, long row, long... lengths) {
    ObjectTable plain = Splits.table(lengths);
    ObjectTable.Builder table = new ObjectTable.Builder(plain.prefix(), true);
    long next = row;
    for (int i = 0; i < lengths.length; i++) {
      table.add(plain, i, next);
      next += rule(chunk, 1, 0, 1).rows(lengths[i]);
    }
    return table.build();
  }

  private static SplitRule rule(long chunk, long max, long openCost, int partitions) {
    return new SplitRule(
        true, chunk, max, openCost, partitions, OptionalInt.empty(), Optional.empty());
  }

  private static List<List<String>> plan(SplitRule rule, ObjectTable... tables) {
    return SplitPlanner.plan(ObjectIndex.of(Arrays.asList(tables)), rule).stream()
        .map(Splits::rows)
        .toList();
  }
}
