package io.s3dlio.storage.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random acquire, tryAcquire, close and setBudget against sums that are kept by hand. */
class BufferPoolModelTest {
  private enum Action {
    ACQUIRE,
    TRY_ACQUIRE,
    CLOSE,
    SET_BUDGET
  }

  private record Step(Action action, int value) {}

  private record Open(BufferLease lease, int size) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Action> actions =
        Arbitraries.frequency(
            Tuple.of(4, Action.ACQUIRE),
            Tuple.of(6, Action.TRY_ACQUIRE),
            Tuple.of(8, Action.CLOSE),
            Tuple.of(1, Action.SET_BUDGET));
    Arbitrary<Integer> values = Arbitraries.integers().between(0, 400_000);
    return Combinators.combine(actions, values).as(Step::new).list().ofMaxSize(60);
  }

  @Property(tries = 300)
  void figuresAgreeWithTheModel(@ForAll("steps") List<Step> steps) {
    long budget = 1_000_000;
    BufferPool pool = new BufferPool(budget);
    List<Open> open = new ArrayList<>();
    long peak = 0;
    long over = 0;
    for (Step step : steps) {
      long leased = sum(open);
      long capacity = SizeClasses.capacity(step.value);
      switch (step.action) {
        case ACQUIRE -> {
          open.add(new Open(pool.acquire(step.value), step.value));
          over += leased + capacity > budget ? 1 : 0;
        }
        case TRY_ACQUIRE -> {
          Optional<BufferLease> lease = pool.tryAcquire(step.value);
          assertThat(lease.isPresent()).isEqualTo(leased + capacity <= budget);
          lease.ifPresent(present -> open.add(new Open(present, step.value)));
        }
        case CLOSE -> {
          if (!open.isEmpty()) {
            open.remove(step.value % open.size()).lease.close();
          }
        }
        case SET_BUDGET -> {
          budget = step.value * 4L;
          pool.setBudget(budget);
        }
      }
      peak = Math.max(peak, sum(open));
      BufferPool.Stats stats = pool.stats();
      assertThat(stats.budgetBytes()).isEqualTo(budget);
      assertThat(stats.leases()).isEqualTo(open.size());
      assertThat(stats.leasedBytes()).isEqualTo(sum(open));
      assertThat(stats.peakLeasedBytes()).isEqualTo(peak);
      assertThat(stats.overBudget()).isEqualTo(over);
      assertThat(stats.pooledBytes()).isBetween(0L, Math.max(0, budget - stats.leasedBytes()));
      assertNoOverlap(open);
    }
    open.forEach(each -> each.lease.close());
    assertThat(pool.stats().leasedBytes()).isZero();
    pool.setBudget(0);
    assertThat(pool.stats().pooledBytes()).isZero();
  }

  private static long sum(List<Open> open) {
    return open.stream().mapToLong(each -> SizeClasses.capacity(each.size)).sum();
  }

  private static void assertNoOverlap(List<Open> open) {
    TreeMap<Long, Integer> sizes = new TreeMap<>();
    for (Open each : open) {
      long address = Pointer.nativeValue(Native.getDirectBufferPointer(each.lease.buffer()));
      assertThat(sizes.put(address, SizeClasses.capacity(each.size))).isNull();
    }
    long end = 0;
    for (var region : sizes.entrySet()) {
      assertThat(region.getKey()).isGreaterThanOrEqualTo(end);
      end = region.getKey() + region.getValue();
    }
  }
}
