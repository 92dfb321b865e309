package io.s3dlio.storage.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RangePlannerTest {
  private static final long MIB = 1 << 20;

  @Test
  void examplesOfTheDocumentationHold() {
    RangeEngineConfig config = RangeEngineConfig.DEFAULT;
    assertThat(RangePlanner.plan(0, 3 * MIB, config)).containsExactly(new Range(0, 3 * MIB));
    assertThat(RangePlanner.plan(5 * MIB, 10 * MIB, config))
        .containsExactly(new Range(5 * MIB, 10 * MIB));
    assertThat(RangePlanner.plan(MIB, 150 * MIB, config))
        .containsExactly(
            new Range(MIB, 64 * MIB),
            new Range(65 * MIB, 64 * MIB),
            new Range(129 * MIB, 22 * MIB));
  }

  @Test
  void requestsBelowTheLeastSizeStayWholeEvenIfAChunkIsSmaller() {
    RangeEngineConfig config = config(10, 100);
    assertThat(RangePlanner.plan(7, 99, config)).containsExactly(new Range(7, 99));
    assertThat(RangePlanner.plan(7, 100, config)).hasSize(10);
    assertThat(RangePlanner.plan(7, 101, config)).hasSize(11).last().isEqualTo(new Range(107, 1));
    assertThat(RangePlanner.plan(7, 0, config)).containsExactly(new Range(7, 0));
  }

  @Property
  void rangesCoverTheRequestExactlyInOrder(
      @ForAll @LongRange(max = 1L << 50) long offset,
      @ForAll @LongRange(max = 100_000) long length,
      @ForAll @LongRange(min = 1, max = 5_000) long chunkSize,
      @ForAll @LongRange(min = 1, max = 50_000) long minSplitSize) {
    List<Range> ranges = RangePlanner.plan(offset, length, config(chunkSize, minSplitSize));
    long end = offset;
    for (Range range : ranges) {
      assertThat(range.offset()).isEqualTo(end);
      end += range.length();
    }
    assertThat(end).isEqualTo(offset + length);
    if (length < minSplitSize) {
      assertThat(ranges).hasSize(1);
    } else {
      assertThat(ranges).hasSize((int) ((length + chunkSize - 1) / chunkSize));
      assertThat(ranges).allSatisfy(range -> assertThat(range.length()).isBetween(1L, chunkSize));
      assertThat(ranges.subList(0, ranges.size() - 1))
          .allSatisfy(range -> assertThat(range.length()).isEqualTo(chunkSize));
    }
  }

  @Property
  void hugeObjectsDoNotOverflow(
      @ForAll @LongRange(min = 5L << 40, max = Long.MAX_VALUE / 2) long length) {
    long chunkSize = Math.max(64 * MIB, length / 1_000_000_000);
    long offset = Long.MAX_VALUE - length;
    List<Range> ranges = RangePlanner.plan(offset, length, config(chunkSize, MIB));
    Range last = ranges.get(ranges.size() - 1);
    assertThat(ranges.get(0)).isEqualTo(new Range(offset, chunkSize));
    assertThat(last.offset() + last.length()).isEqualTo(Long.MAX_VALUE);
    assertThat(last.length()).isBetween(1L, chunkSize);
    assertThat((ranges.size() - 1) * chunkSize + last.length()).isEqualTo(length);
  }

  @Test
  void plansThatMakeNoSenseAreRefused() {
    RangeEngineConfig config = config(1, 1);
    assertThatThrownBy(() -> RangePlanner.plan(0, 5L << 40, config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chunkSize");
    assertThatThrownBy(() -> RangePlanner.plan(-1, 1, config))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RangePlanner.plan(0, -1, config))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RangePlanner.plan(Long.MAX_VALUE, 1, config))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static RangeEngineConfig config(long chunkSize, long minSplitSize) {
    return RangeEngineConfig.DEFAULT.withChunkSize(chunkSize).withMinSplitSize(minSplitSize);
  }
}
