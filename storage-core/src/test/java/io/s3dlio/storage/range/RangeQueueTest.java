package io.s3dlio.storage.range;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ReadRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RangeQueueTest {
  private record Wanted(String key, int offset, int length) {}

  @Provide
  Arbitrary<List<Wanted>> wanted() {
    return Combinators.combine(
            Arbitraries.of("a", "b", "c"),
            Arbitraries.integers().between(0, 1_000),
            Arbitraries.integers().between(0, 100))
        .as(Wanted::new)
        .list()
        .ofMaxSize(12);
  }

  @Property
  void everyRangeStartsOnceAndNoObjectHasMoreInFlightThanAllowed(
      @ForAll("wanted") List<Wanted> wanted,
      @ForAll @IntRange(min = 1, max = 4) int perObject,
      @ForAll @IntRange(min = 1, max = 6) int maxConcurrency,
      @ForAll long seed) {
    RangeEngineConfig config =
        RangeEngineConfig.DEFAULT
            .withChunkSize(10)
            .withMinSplitSize(25)
            .withMaxConcurrentRanges(perObject);
    List<ReadRequest> requests =
        wanted.stream().map(each -> request(each.key, each.offset, each.length)).toList();
    RangeQueue queue = new RangeQueue(requests, config, maxConcurrency);
    Random random = new Random(seed);
    List<RangeTask> inFlight = new ArrayList<>();
    List<RangeTask> waiting = new ArrayList<>();
    Map<Location, Integer> perLocation = new HashMap<>();
    int started = 0;
    while (queue.hasNext() || !inFlight.isEmpty() || !waiting.isEmpty()) {
      int choice = random.nextInt(4);
      if (choice < 2 && queue.hasNext() && inFlight.size() < maxConcurrency) {
        RangeTask task = requireNonNull(queue.poll());
        started += task.attempts() == 0 ? 1 : 0;
        task.begin(0);
        inFlight.add(task);
        perLocation.merge(task.request().location(), 1, Integer::sum);
        assertThat(perLocation.get(task.request().location())).isLessThanOrEqualTo(perObject);
      } else if (choice == 2 && !inFlight.isEmpty()) {
        RangeTask task = inFlight.remove(random.nextInt(inFlight.size()));
        perLocation.merge(task.request().location(), -1, Integer::sum);
        queue.landed(task);
        if (random.nextInt(3) == 0) {
          waiting.add(task);
        } else {
          PatternStore.fill(task.rest());
          task.finish();
        }
      } else if (choice == 3 && !waiting.isEmpty()) {
        queue.retry(waiting.remove(0));
      }
    }
    assertThat(queue.poll()).isNull();
    assertThat(queue.isEmpty()).isTrue();
    int expected =
        requests.stream()
            .mapToInt(r -> RangePlanner.plan(r.offset(), r.target().limit(), config).size())
            .sum();
    assertThat(started).isEqualTo(expected);
    for (ReadRequest request : requests) {
      assertThat(request.target().hasRemaining()).isFalse();
      for (int i = 0; i < request.target().limit(); i++) {
        assertThat(request.target().get(i))
            .isEqualTo(PatternStore.byteAt(request.location(), request.offset() + i));
      }
    }
  }

  @Test
  void targetOfACutRequestMovesOnlyWhenItsLastRangeIsFull() {
    ByteBuffer target = ByteBuffer.allocateDirect(40).position(5).limit(35);
    RangeQueue queue =
        new RangeQueue(
            List.of(new ReadRequest(PatternStore.location("a"), "v1", 100, target)),
            RangeEngineConfig.DEFAULT.withChunkSize(16).withMinSplitSize(1),
            4);
    RangeTask first = requireNonNull(queue.poll());
    RangeTask second = requireNonNull(queue.poll());
    assertThat(queue.hasNext()).isFalse();
    assertThat(second.request().offset()).isEqualTo(116);
    assertThat(second.request().etag()).isEqualTo("v1");
    assertThat(second.request().target().remaining()).isEqualTo(14);
    PatternStore.fill(second.rest());
    second.finish();
    assertThat(target.position()).isEqualTo(5);
    PatternStore.fill(first.rest());
    first.finish();
    assertThat(target.position()).isEqualTo(35);
    assertThat(target.get(4)).isZero();
    assertThat(target.get(5)).isEqualTo(PatternStore.byteAt(PatternStore.location("a"), 100));
    assertThat(target.get(21)).isEqualTo(PatternStore.byteAt(PatternStore.location("a"), 116));
  }

  private static ReadRequest request(String key, int offset, int length) {
    return new ReadRequest(
        PatternStore.location(key), "", offset, ByteBuffer.allocateDirect(length));
  }
}
