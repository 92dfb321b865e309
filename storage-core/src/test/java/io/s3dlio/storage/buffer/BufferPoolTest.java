package io.s3dlio.storage.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BufferPoolTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4095, 4096, 4097, 65536, 65537, 1_000_003, 16 << 20})
  void bufferHasTheSizeAskedForAndBeginsAtAPage(long size) {
    BufferPool pool = new BufferPool(64 * MIB);
    try (BufferLease lease = pool.acquire(size)) {
      ByteBuffer buffer = lease.buffer();
      assertThat(buffer.isDirect()).isTrue();
      assertThat(buffer.position()).isZero();
      assertThat(buffer.limit()).isEqualTo((int) size);
      assertThat(buffer.capacity()).isEqualTo((int) size);
      assertThat(buffer.alignmentOffset(0, BufferPool.ALIGNMENT)).isZero();
      assertThat(lease.buffer()).isSameAs(buffer);
    }
  }

  @Test
  void releasedMemoryIsUsedAgainForSizesAboutTheSame() {
    BufferPool pool = new BufferPool(64 * MIB);
    BufferLease first = pool.acquire(16 * MIB);
    long address = address(first);
    first.buffer().position(7).limit(9);
    first.close();
    try (BufferLease second = pool.acquire(16 * MIB - 300_000)) {
      assertThat(address(second)).isEqualTo(address);
      assertThat(second.buffer().position()).isZero();
      assertThat(second.buffer().limit()).isEqualTo((int) (16 * MIB - 300_000));
      assertThat(pool.stats().allocations()).isEqualTo(1);
    }
  }

  @Test
  void lastReleasedIsFirstUsedAgain() {
    BufferPool pool = new BufferPool(64 * MIB);
    BufferLease one = pool.acquire(MIB);
    BufferLease two = pool.acquire(MIB);
    long address = address(two);
    one.close();
    two.close();
    try (BufferLease again = pool.acquire(MIB)) {
      assertThat(address(again)).isEqualTo(address);
    }
  }

  @Test
  void closedTwiceIsReleasedOnce() {
    BufferPool pool = new BufferPool(64 * MIB);
    BufferLease lease = pool.acquire(MIB);
    BufferLease other = pool.acquire(MIB);
    lease.close();
    lease.close();
    assertThat(pool.stats()).isEqualTo(stats(64 * MIB, MIB, 1, MIB, 2 * MIB, 0, 2));
    other.close();
  }

  @Test
  void closedLeaseShowsItsBufferToNobody() {
    BufferLease lease = new BufferPool(MIB).acquire(10);
    lease.close();
    assertThatThrownBy(lease::buffer)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void tryAcquireStaysWithinTheBudgetAndAcquireIsCountedAboveIt() {
    BufferPool pool = new BufferPool(2 * MIB);
    BufferLease first = pool.tryAcquire(MIB).orElseThrow();
    BufferLease second = pool.tryAcquire(MIB).orElseThrow();
    assertThat(pool.tryAcquire(1)).isEmpty();
    BufferLease third = pool.acquire(1);
    assertThat(pool.stats()).isEqualTo(stats(2 * MIB, 2 * MIB + 4096, 3, 0, 2 * MIB + 4096, 1, 3));
    third.close();
    assertThat(pool.stats().pooledBytes()).as("freed, not kept").isZero();
    second.close();
    first.close();
    assertThat(pool.stats()).isEqualTo(stats(2 * MIB, 0, 0, 2 * MIB, 2 * MIB + 4096, 1, 3));
  }

  @Test
  void keptMemoryMakesRoomForAnotherSizeTheLongestUnusedFirst() {
    BufferPool pool = new BufferPool(4 * MIB);
    BufferLease old = pool.acquire(MIB);
    BufferLease recent = pool.acquire(2 * MIB);
    old.close();
    recent.close();
    try (BufferLease other = pool.acquire(MIB + MIB / 2)) {
      assertThat(pool.stats().pooledBytes()).isEqualTo(2 * MIB);
      try (BufferLease reused = pool.acquire(2 * MIB)) {
        assertThat(pool.stats().allocations()).isEqualTo(3);
      }
    }
    assertThat(pool.stats().leasedBytes()).isZero();
  }

  @Test
  void smallerBudgetGivesKeptMemoryBackAndLetsLeasesBe() {
    BufferPool pool = new BufferPool(8 * MIB);
    BufferLease open = pool.acquire(MIB);
    pool.acquire(MIB).close();
    pool.setBudget(MIB);
    assertThat(pool.stats()).isEqualTo(stats(MIB, MIB, 1, 0, 2 * MIB, 0, 2));
    open.buffer().put(0, (byte) 1);
    open.close();
    assertThat(pool.stats().pooledBytes()).isEqualTo(MIB);
    pool.setBudget(0);
    assertThat(pool.stats().pooledBytes()).isZero();
    assertThat(pool.tryAcquire(0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Integer.MAX_VALUE - 8 - 4096 + 1L, 5L << 40})
  void sizesThatNoBufferHasAreRefusedWithTheLimit(long size) {
    BufferPool pool = new BufferPool(MIB);
    assertThatThrownBy(() -> pool.acquire(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Long.toString(size))
        .hasMessageContaining("2147479543");
    assertThatThrownBy(() -> pool.tryAcquire(size)).isInstanceOf(IllegalArgumentException.class);
    assertThat(pool.stats()).isEqualTo(stats(MIB, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void negativeBudgetIsRefused() {
    assertThatThrownBy(() -> new BufferPool(-1)).isInstanceOf(IllegalArgumentException.class);
    BufferPool pool = new BufferPool(5);
    assertThatThrownBy(() -> pool.setBudget(-1)).hasMessageContaining("Invalid budget: -1");
    assertThat(pool.stats().budgetBytes()).isEqualTo(5);
  }

  @Test
  void defaultBudgetIsHalfOfTheDirectMemory() {
    assertThat(BufferPool.defaultBudget()).isEqualTo(DirectMemory.limit() / 2).isPositive();
    assertThat(BufferPool.shared()).isSameAs(BufferPool.shared());
  }

  @Test
  void exhaustedDirectMemoryNamesTheSizesAndTheFlagAndLeavesThePoolAsItWas() {
    BufferPool pool = new BufferPool(Long.MAX_VALUE);
    List<BufferLease> leases = new ArrayList<>();
    leases.add(pool.acquire(MIB));
    assertThatThrownBy(
            () -> {
              for (long bytes = 0; bytes <= DirectMemory.limit(); bytes += BufferPool.MAX_SIZE) {
                leases.add(pool.acquire(BufferPool.MAX_SIZE));
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2147479552")
        .hasMessageContaining("-XX:MaxDirectMemorySize");
    assertThat(pool.stats().leases()).isEqualTo(leases.size());
    leases.forEach(BufferLease::close);
    assertThat(pool.stats().leasedBytes()).isZero();
    pool.setBudget(0);
  }

  @Test
  void keptMemoryIsGivenUpBeforeAnAllocationFails() {
    List<Integer> asked = new ArrayList<>();
    BufferPool pool =
        new BufferPool(
            64 * MIB,
            null,
            capacity -> {
              asked.add(capacity);
              if (asked.size() == 2) {
                throw new OutOfMemoryError("full");
              }
              return DirectMemory.allocate(capacity);
            });
    pool.acquire(MIB).close();
    try (BufferLease lease = pool.acquire(2 * MIB)) {
      assertThat(lease.buffer().capacity()).isEqualTo(2 << 20);
      assertThat(asked).containsExactly(1 << 20, 2 << 20, 2 << 20);
      assertThat(pool.stats()).isEqualTo(stats(64 * MIB, 2 * MIB, 1, 0, 2 * MIB, 0, 2));
    }
  }

  @Test
  void memoryAboveTheBudgetIsFreedAtOnce() {
    BufferPool pool = new BufferPool(0);
    BufferLease lease = pool.acquire(64 * MIB);
    long before = directMemoryUsed();
    lease.close();
    assertThat(before - directMemoryUsed()).isGreaterThanOrEqualTo(64 * MIB);
  }

  @Test
  void evictedMemoryIsFreedAtOnce() {
    BufferPool pool = new BufferPool(64 * MIB);
    pool.acquire(64 * MIB).close();
    long before = directMemoryUsed();
    try (BufferLease other = pool.acquire(MIB)) {
      assertThat(other.buffer().capacity()).isEqualTo((int) MIB);
      assertThat(before - directMemoryUsed()).isGreaterThanOrEqualTo(62 * MIB);
    }
  }

  @Test
  void checkedPoolTellsWhoDidNotClose() {
    BufferPool pool = BufferPool.checked(MIB);
    BufferLease forgotten = pool.acquire(100);
    pool.acquire(200).close();
    assertThat(pool.leaks())
        .singleElement()
        .satisfies(
            leak -> {
              assertThat(leak).hasMessageContaining("100 bytes");
              assertThat(leak).hasStackTraceContaining("checkedPoolTellsWhoDidNotClose");
            });
    forgotten.close();
    assertThat(pool.leaks()).isEmpty();
    assertThatThrownBy(new BufferPool(1)::leaks).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void checkedPoolPoisonsWhatIsReleasedAndSeesLateWrites() {
    BufferPool pool = BufferPool.checked(MIB);
    BufferLease lease = pool.acquire(4096);
    ByteBuffer late = lease.buffer();
    late.put(0, (byte) 1);
    lease.close();
    assertThat(late.get(0)).isEqualTo((byte) 0xA5);
    late.put(4000, (byte) 1);
    assertThatThrownBy(() -> pool.acquire(4096))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("byte 4000");
    assertThat(pool.stats().leasedBytes()).isZero();
  }

  @Test
  void leasesOfManyThreadsNeverShareMemory() throws Exception {
    BufferPool pool = new BufferPool(MIB);
    int threads = 4;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CountDownLatch start = new CountDownLatch(threads);
    List<Future<?>> futures = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      long mark = t;
      futures.add(
          executor.submit(
              () -> {
                start.countDown();
                start.await();
                for (int i = 0; i < 5_000; i++) {
                  int size = 16 + ThreadLocalRandom.current().nextInt(300_000);
                  try (BufferLease lease = pool.acquire(size)) {
                    ByteBuffer buffer = lease.buffer();
                    buffer.putLong(0, mark).putLong(size - 8, mark);
                    assertThat(buffer.getLong(0)).isEqualTo(mark);
                    assertThat(buffer.getLong(size - 8)).isEqualTo(mark);
                  }
                }
                return null;
              }));
    }
    for (Future<?> future : futures) {
      future.get();
    }
    executor.shutdown();
    BufferPool.Stats stats = pool.stats();
    assertThat(stats.leases()).isZero();
    assertThat(stats.leasedBytes()).isZero();
    assertThat(stats.pooledBytes()).isLessThanOrEqualTo(MIB);
  }

  private static long address(BufferLease lease) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(lease.buffer()));
  }

  private static long directMemoryUsed() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(bean -> bean.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static BufferPool.Stats stats(
      long budget, long leased, long leases, long pooled, long peak, long over, long allocations) {
    return new BufferPool.Stats(budget, leased, leases, pooled, peak, over, allocations);
  }
}
