package io.s3dlio.storage.cloud;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.cloud.EndpointSet.Outcome;
import io.s3dlio.storage.cloud.EndpointSet.Turn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EndpointSetTest {
  private static final BitSet NONE = new BitSet();
  private static final int MOST = 8;

  private final AtomicLong clock = new AtomicLong(-5);

  private final Queue<String> changes = new ConcurrentLinkedQueue<>();

  private void note(String name, boolean isOut, String trouble) {
    changes.add(name + (isOut ? " out: " + trouble : " in"));
  }

  private EndpointSet endpoints(int count) {
    List<String> names = IntStream.range(0, count).mapToObj(i -> "http://e" + i).toList();
    return new EndpointSet(names, MOST, clock::get, this::note);
  }

  private static Turn begin(EndpointSet endpoints) {
    return begin(endpoints, NONE);
  }

  private static Turn begin(EndpointSet endpoints, BitSet tried) {
    try {
      return endpoints.begin(tried);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static BitSet tried(int... endpoints) {
    BitSet tried = new BitSet();
    IntStream.of(endpoints).forEach(tried::set);
    return tried;
  }

  /** Fails a request at an endpoint, the only one that the operation has not tried. */
  private static void fail(EndpointSet endpoints, int count, int endpoint) {
    BitSet others = new BitSet();
    others.set(0, count);
    others.clear(endpoint);
    Turn turn = begin(endpoints, others);
    assertThat(turn.endpoint()).isEqualTo(endpoint);
    endpoints.end(turn, Outcome.FAILED, "e" + endpoint + " fails");
  }

  private static void takeOut(EndpointSet endpoints, int count, int endpoint) {
    for (int i = 0; i < EndpointSet.FAILURES; i++) {
      fail(endpoints, count, endpoint);
    }
  }

  private List<Integer> nextTurns(EndpointSet endpoints, int count) {
    List<Turn> turns = IntStream.range(0, count).mapToObj(i -> begin(endpoints)).toList();
    turns.forEach(turn -> endpoints.end(turn, Outcome.ABANDONED, ""));
    return turns.stream().map(Turn::endpoint).toList();
  }

  @Test
  void requestsGoRoundWhereAllHaveAsMuchToDo() {
    EndpointSet endpoints = endpoints(3);
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Turn turn = begin(endpoints);
      chosen.add(turn.endpoint());
      endpoints.end(turn, Outcome.ANSWERED, "");
    }

    assertThat(chosen).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void aRequestGoesToTheEndpointWithTheFewestUnderWay() {
    EndpointSet endpoints = endpoints(2);
    Turn first = begin(endpoints);
    Turn second = begin(endpoints);
    Turn third = begin(endpoints);
    assertThat(List.of(first.endpoint(), second.endpoint(), third.endpoint()))
        .containsExactly(0, 1, 0);

    endpoints.end(first, Outcome.ANSWERED, "");
    endpoints.end(third, Outcome.ANSWERED, "");

    assertThat(begin(endpoints).endpoint()).as("it has none, the other one").isZero();
    assertThat(begin(endpoints).endpoint()).as("both have one").isEqualTo(1);
    assertThat(begin(endpoints).endpoint()).as("it has one, the other two").isZero();
  }

  @Test
  void anOperationThatFailedAtAnEndpointGoesToAnotherThoughThatHasMoreToDo() {
    EndpointSet endpoints = endpoints(2);
    assertThat(begin(endpoints, tried(0)).endpoint()).isEqualTo(1);
    assertThat(begin(endpoints, tried(0)).endpoint()).isEqualTo(1);
    assertThat(begin(endpoints, tried(0, 1)).endpoint()).as("both tried").isZero();
    assertThat(endpoints.hasOther(tried(0))).isTrue();
    assertThat(endpoints.hasOther(tried(0, 1))).isFalse();
  }

  @Test
  void failuresInARowTakeAnEndpointOutAndASingleProbePutsItBack() {
    EndpointSet endpoints = endpoints(2);
    takeOut(endpoints, 2, 0);
    assertThat(nextTurns(endpoints, 4)).containsOnly(1);
    assertThat(endpoints.hasOther(tried(1))).isFalse();

    clock.addAndGet(EndpointSet.FIRST_REST_NANOS - 1);
    assertThat(nextTurns(endpoints, 4)).containsOnly(1);
    clock.addAndGet(1);
    Turn probe = begin(endpoints);
    assertThat(probe.endpoint()).isZero();
    assertThat(nextTurns(endpoints, 4)).as("while it is probed").containsOnly(1);

    endpoints.end(probe, Outcome.ANSWERED, "");

    assertThat(changes).containsExactly("http://e0 out: e0 fails", "http://e0 in");
    assertThat(nextTurns(endpoints, 4)).containsOnly(0, 1);
    takeOut(endpoints, 2, 0);
    clock.addAndGet(EndpointSet.FIRST_REST_NANOS);
    assertThat(begin(endpoints).endpoint()).as("the rest is short again").isZero();
  }

  @Test
  void aProbeThatFailsDoublesTheRestUpToTheLongest() {
    EndpointSet endpoints = endpoints(2);
    takeOut(endpoints, 2, 0);
    long rest = EndpointSet.FIRST_REST_NANOS;
    for (int i = 0; i < 100; i++) {
      clock.addAndGet(rest - 1);
      assertThat(nextTurns(endpoints, 1)).containsExactly(1);
      clock.addAndGet(1);
      Turn probe = begin(endpoints);
      assertThat(probe.endpoint()).isZero();
      endpoints.end(probe, Outcome.FAILED, "still");
      rest = Math.min(2 * rest, EndpointSet.LONGEST_REST_NANOS);
    }
    assertThat(rest).isEqualTo(EndpointSet.LONGEST_REST_NANOS);
  }

  @Test
  void anAbandonedProbeLeavesTheNextRequestToProbe() {
    EndpointSet endpoints = endpoints(2);
    takeOut(endpoints, 2, 0);
    clock.addAndGet(EndpointSet.FIRST_REST_NANOS);

    endpoints.end(begin(endpoints), Outcome.ABANDONED, "");

    assertThat(begin(endpoints).endpoint()).isZero();
  }

  @Test
  void requestsThatWereUnderWayCountOnce() {
    EndpointSet endpoints = endpoints(2);
    List<Turn> turns = IntStream.range(0, 12).mapToObj(i -> begin(endpoints, tried(1))).toList();
    List<Turn> first = turns.stream().filter(turn -> turn.endpoint() == 0).toList();
    assertThat(first).hasSize(MOST);

    first.subList(1, MOST).forEach(turn -> endpoints.end(turn, Outcome.FAILED, "reset"));
    endpoints.end(first.get(0), Outcome.ANSWERED, "");

    assertThat(nextTurns(endpoints, 1)).as("an old answer tells nothing").containsExactly(1);
    clock.addAndGet(EndpointSet.FIRST_REST_NANOS);
    assertThat(begin(endpoints).endpoint()).as("after the first rest").isZero();
  }

  @Test
  void aSuccessInBetweenKeepsAnEndpointIn() {
    EndpointSet endpoints = endpoints(2);
    for (int i = 0; i < 10; i++) {
      fail(endpoints, 2, 0);
      fail(endpoints, 2, 0);
      endpoints.end(begin(endpoints, tried(1)), Outcome.ANSWERED, "");
    }

    assertThat(endpoints.hasOther(tried(1))).isTrue();
  }

  @Test
  void whileAllAreOutAllAreUsedAndEachTroubleIsTold() {
    EndpointSet endpoints = endpoints(2);
    takeOut(endpoints, 2, 0);
    assertThat(endpoints.troubles()).as("one is well").isEmpty();
    takeOut(endpoints, 2, 1);

    assertThat(endpoints.troubles()).isEqualTo("e0 fails; e1 fails");
    assertThat(nextTurns(endpoints, 4)).contains(0, 1);
    Turn turn = begin(endpoints, tried(1));
    endpoints.end(turn, Outcome.ANSWERED, "");
    assertThat(endpoints.troubles()).isEmpty();
    assertThat(nextTurns(endpoints, 4)).containsOnly(0);
  }

  @Test
  void aThrottlingEndpointGetsFewerRequestsAndTheOtherAsManyAsBefore() {
    EndpointSet endpoints = endpoints(2);
    endpoints.end(begin(endpoints, tried(1)), Outcome.THROTTLED, "slow down");

    assertThat(endpoints.limit(0)).isEqualTo(MOST / 2);
    assertThat(endpoints.limit(1)).isEqualTo(MOST);
    List<Integer> turns =
        IntStream.range(0, MOST / 2 + MOST).mapToObj(i -> begin(endpoints).endpoint()).toList();
    assertThat(turns).filteredOn(endpoint -> endpoint == 0).hasSize(MOST / 2);
  }

  /** Whatever happens, the endpoint in rotation with the fewest requests is taken. */
  @Property(tries = 300)
  void theChoiceIsTheLeastBusyOfThoseInRotation(
      @ForAll @IntRange(min = 1, max = 4) int count,
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 999) Integer> steps) {
    EndpointSet endpoints =
        new EndpointSet(
            IntStream.range(0, count).mapToObj(i -> "e" + i).toList(),
            1000,
            clock::get,
            this::note);
    // Not throttled, which would make requests wait for their turn.
    List<Outcome> ends = List.of(Outcome.ANSWERED, Outcome.FAILED, Outcome.ABANDONED);
    List<Turn> probes = new ArrayList<>();
    List<Turn> underWay = new ArrayList<>();
    int[] load = new int[count];
    for (int step : steps) {
      int choice = step / 10;
      if (step % 10 < 5 || underWay.isEmpty()) {
        boolean[] in = new boolean[count];
        boolean anyIn = false;
        for (int i = 0; i < count; i++) {
          BitSet others = new BitSet();
          others.set(0, count);
          others.clear(i);
          in[i] = endpoints.hasOther(others);
          anyIn |= in[i];
        }
        Turn turn = begin(endpoints);
        int taken = turn.endpoint();
        for (int i = 0; i < count; i++) {
          if (in[taken] && in[i]) {
            assertThat(load[taken]).isLessThanOrEqualTo(load[i]);
          }
        }
        if (!in[taken] && anyIn) {
          assertThat(probes).as("under way").noneMatch(other -> other.endpoint() == taken);
          probes.add(turn);
        }
        load[taken]++;
        underWay.add(turn);
      } else if (step % 10 < 9) {
        Turn turn = underWay.remove(choice % underWay.size());
        load[turn.endpoint()]--;
        probes.remove(turn);
        endpoints.end(turn, ends.get(choice % ends.size()), "t" + choice);
      } else {
        clock.addAndGet(choice * 100_000_000L);
      }
    }
    underWay.forEach(turn -> endpoints.end(turn, Outcome.ANSWERED, ""));
    clock.addAndGet(EndpointSet.LONGEST_REST_NANOS);
    for (int i = 0; i < count; i++) {
      endpoints.end(begin(endpoints), Outcome.ANSWERED, "");
    }
    assertThat(nextTurns(endpoints, count)).as("all are well").doesNotHaveDuplicates();
  }

  @Test
  @Timeout(60)
  void noMoreThanTheLimitAreUnderWay() throws Exception {
    EndpointSet endpoints = new EndpointSet(List.of("a", "b"), 2, clock::get, this::note);
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        Outcome outcome = i % 10 == 0 ? Outcome.THROTTLED : Outcome.ANSWERED;
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  Turn turn = begin(endpoints);
                  most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                  Thread.yield();
                  underWay.decrementAndGet();
                  endpoints.end(turn, outcome, "trouble");
                },
                threads));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, SECONDS);
    } finally {
      threads.shutdownNow();
    }

    assertThat(most.get()).isBetween(1, 4);
  }

  @Test
  @Timeout(60)
  void waitingEndsByInterruption() throws Exception {
    EndpointSet endpoints = new EndpointSet(List.of("a"), 1, clock::get, this::note);
    Turn first = begin(endpoints);
    CompletableFuture<Turn> second = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                second.complete(endpoints.begin(NONE));
              } catch (InterruptedException e) {
                second.completeExceptionally(e);
              }
            });
    waiting.start();

    waiting.interrupt();

    assertThatThrownBy(second::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    endpoints.end(first, Outcome.ANSWERED, "");
    assertThat(begin(endpoints).number()).isPositive();
  }
}
