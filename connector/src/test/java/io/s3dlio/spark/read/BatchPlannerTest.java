package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchPlannerTest {
  @Test
  void aBatchEndsBeforeItWouldHaveTooManyBytes() {
    assertThat(sizes(100, true, 60, 40, 1, 99, 2)).containsExactly(100, 100, 2);
  }

  @Test
  void aRowThatAloneIsLargerIsABatch() {
    assertThat(sizes(100, true, 1, 500, 101, 0, 0)).containsExactly(1, 500, 101, 0);
  }

  @Test
  void aBatchHasAtMostSoManyRows() {
    List<RowBatch> batches = plan(100, true, new long[BatchLimits.MAX_ROWS + 1]);

    assertThat(batches).extracting(RowBatch::rows).containsExactly(BatchLimits.MAX_ROWS, 1);
  }

  @Test
  void withoutContentLargeObjectsAreEmptyRows() {
    List<RowBatch> batches = plan(100, false, 1L << 50, 3, 500);

    assertThat(batches).extracting(RowBatch::rows).containsExactly(3);
    assertThat(batches.get(0).bytes()).isZero();
  }

  @Test
  void rowsLieOneAfterTheOther() {
    RowBatch batch = plan(100, true, 10, 0, 5).get(0);

    assertThat(List.of(batch.start(0), batch.end(0))).containsExactly(0, 10);
    assertThat(List.of(batch.start(1), batch.end(1))).containsExactly(10, 10);
    assertThat(List.of(batch.start(2), batch.end(2), batch.bytes())).containsExactly(10, 15, 15);
  }

  @Test
  void rowsThatAreLeftOutLeaveNoGap() {
    RowBatch batch = plan(100, true, 10, 7, 5).get(0).without(object -> object == 1);

    assertThat(batch.rows()).isEqualTo(2);
    assertThat(List.of(batch.object(1), batch.start(1), batch.end(1))).containsExactly(2, 10, 15);
    assertThat(batch.without(object -> true).bytes()).isZero();
  }

  private static List<Integer> sizes(long max, boolean content, long... lengths) {
    return plan(max, content, lengths).stream().map(RowBatch::bytes).toList();
  }

  private static List<RowBatch> plan(long max, boolean content, long... lengths) {
    BatchLimits limits = new BatchLimits(max, 0, 0, 0, 1, false, 0, 0);
    BatchPlanner planner = new BatchPlanner(Splits.whole(Splits.table(lengths)), content, limits);
    List<RowBatch> batches = new ArrayList<>();
    planner.next().ifPresent(batches::add);
    while (true) {
      int before = batches.size();
      planner.next().ifPresent(batches::add);
      if (batches.size() == before) {
        return batches;
      }
    }
  }
}
