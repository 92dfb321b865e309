package io.s3dlio.storage.buffer;

import io.s3dlio.storage.buffer.DirectMemory.Block;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Page-aligned direct buffers that are used again, under a budget of bytes. Thread-safe; nothing
 * here ever waits for a lease to be closed.
 *
 * <p>Only work that can wait asks within the budget ({@link #tryAcquire}); what a consumer needs
 * next is always admitted ({@link #acquire}), over the budget if it must be, and counted. So no
 * thread waits here for memory that only it can release.
 *
 * <p>Buffers are made in size classes (whole pages up to 64 KiB, eight steps for each power of two
 * above), and the budget and all figures count whole classes. A released buffer is kept and goes to
 * the next one who asks for its class, the last released first. Leased and kept memory together
 * stay within the budget unless leases alone exceed it: kept buffers make room, the longest unused
 * first, and their memory goes back to the system at once. So does what is released while the pool
 * is over its budget.
 */
public final class BufferPool {
  /** The alignment of every buffer's address, in bytes: enough for O_DIRECT everywhere. */
  public static final int ALIGNMENT = 4096;

  /** The largest buffer there is, in bytes: little more than a page short of 2 GiB. */
  public static final int MAX_SIZE = SizeClasses.MAX_SIZE;

  private final @Nullable LeaseCheck check;
  private final IntFunction<Block> allocator;
  private final Object lock = new Object();
  private final KeptBlocks<Block> kept = new KeptBlocks<>();
  private long budget;
  private long leasedBytes;
  private long leases;
  private long peakLeasedBytes;
  private long overBudget;
  private long allocations;

  /**
   * @param budgetBytes how much memory {@link #tryAcquire} may bring the pool to, and how much the
   *     pool keeps for reuse
   */
  public BufferPool(long budgetBytes) {
    this(budgetBytes, null, DirectMemory::allocate);
  }

  BufferPool(long budgetBytes, @Nullable LeaseCheck check, IntFunction<Block> allocator) {
    this.budget = requireBudget(budgetBytes);
    this.check = check;
    this.allocator = allocator;
  }

  /** Returns the JVM's pool. Its budget is {@link #defaultBudget} until it is set. */
  public static BufferPool shared() {
    return Shared.POOL;
  }

  /**
   * Returns a pool for tests, which is slower and knows its {@link #leaks}. New and released memory
   * is filled with {@code 0xA5}; {@link #acquire} fails if a kept buffer was written after its
   * lease was closed. Memory is left to the collector, so that a late reader sees the filling.
   */
  public static BufferPool checked(long budgetBytes) {
    return new BufferPool(budgetBytes, new LeaseCheck(), DirectMemory::allocate);
  }

  /** Returns a share (a half) of the JVM's limit on direct memory. */
  public static long defaultBudget() {
    return DirectMemory.limit() / 2;
  }

  /** Changes the budget and gives kept memory above it back. Leases stay as they are. */
  public void setBudget(long budgetBytes) {
    requireBudget(budgetBytes);
    List<Block> evicted;
    synchronized (lock) {
      budget = budgetBytes;
      evicted = kept.shrinkTo(budget - leasedBytes);
    }
    free(evicted);
  }

  /**
   * Returns a buffer of exactly this many bytes, whether or not the budget allows it.
   *
   * @throws IllegalArgumentException if the size is negative or above {@link #MAX_SIZE}
   * @throws IllegalStateException if the JVM's limit on direct memory is reached. Not an
   *     OutOfMemoryError, which ends a whole JVM where one task could fail
   */
  public BufferLease acquire(long size) {
    int capacity = SizeClasses.capacity(size);
    Reservation reservation;
    synchronized (lock) {
      if (leasedBytes + capacity > budget) {
        overBudget++;
      }
      reservation = reserve(capacity);
    }
    return open(size, reservation);
  }

  /**
   * Returns a buffer of exactly this many bytes if the budget allows it. Throws as {@link #acquire}
   * does.
   */
  public Optional<BufferLease> tryAcquire(long size) {
    int capacity = SizeClasses.capacity(size);
    Reservation reservation;
    synchronized (lock) {
      if (leasedBytes + capacity > budget) {
        return Optional.empty();
      }
      reservation = reserve(capacity);
    }
    return Optional.of(open(size, reservation));
  }

  /** Returns the pool's figures at this moment. */
  public Stats stats() {
    synchronized (lock) {
      return new Stats(
          budget, leasedBytes, leases, kept.bytes(), peakLeasedBytes, overBudget, allocations);
    }
  }

  /**
   * Returns where each lease that is not closed was acquired.
   *
   * @throws IllegalStateException if this pool was not made by {@link #checked}
   */
  public List<Throwable> leaks() {
    if (check == null) {
      throw new IllegalStateException("Cannot tell leaks: the pool is not a checked one");
    }
    return check.leaks();
  }

  private Reservation reserve(int capacity) {
    leases++;
    leasedBytes += capacity;
    peakLeasedBytes = Math.max(peakLeasedBytes, leasedBytes);
    Block reused = kept.take(capacity);
    return new Reservation(capacity, reused, kept.shrinkTo(budget - leasedBytes));
  }

  private BufferLease open(long size, Reservation reservation) {
    free(reservation.evicted);
    boolean opened = false;
    try {
      Block block = reservation.reused;
      if (block == null) {
        block = allocate(reservation.capacity);
      } else if (check != null) {
        check.requirePoisoned(block);
      }
      BufferLease lease = new Lease(block, Math.toIntExact(size));
      if (check != null) {
        check.acquired(lease, size);
      }
      opened = true;
      return lease;
    } finally {
      if (!opened) {
        unreserve(reservation.capacity);
      }
    }
  }

  private Block allocate(int capacity) {
    Block block;
    try {
      block = allocator.apply(capacity);
    } catch (OutOfMemoryError first) {
      evictAll();
      try {
        block = allocator.apply(capacity);
      } catch (OutOfMemoryError e) {
        throw outOfMemory(capacity, e);
      }
    }
    if (check != null) {
      check.poison(block);
    }
    synchronized (lock) {
      allocations++;
    }
    return block;
  }

  private IllegalStateException outOfMemory(int capacity, OutOfMemoryError error) {
    IllegalStateException failure =
        new IllegalStateException(
            ("Cannot allocate a buffer of %d bytes: %s; this pool has leased %d of its budget of %d"
                    + " bytes. Raise -XX:MaxDirectMemorySize (now %d) or read less at once")
                .formatted(
                    capacity,
                    error.getMessage(),
                    stats().leasedBytes() - capacity,
                    stats().budgetBytes(),
                    DirectMemory.limit()));
    failure.addSuppressed(error);
    return failure;
  }

  private void release(Lease lease, Block block) {
    if (check != null) {
      check.released(lease);
      check.poison(block);
    }
    boolean keep;
    synchronized (lock) {
      keep = leasedBytes + kept.bytes() <= budget;
      unreserve(block.capacity());
      if (keep) {
        kept.add(block);
      }
    }
    if (!keep) {
      free(List.of(block));
    }
  }

  private void unreserve(int capacity) {
    synchronized (lock) {
      leases--;
      leasedBytes -= capacity;
    }
  }

  private void evictAll() {
    List<Block> evicted;
    synchronized (lock) {
      evicted = kept.shrinkTo(0);
    }
    free(evicted);
  }

  private void free(List<Block> blocks) {
    if (check == null) {
      blocks.forEach(DirectMemory::free);
    }
  }

  private static long requireBudget(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("Invalid budget: %d (must be >= 0)".formatted(bytes));
    }
    return bytes;
  }

  /**
   * @param capacity what was added to the leased bytes
   * @param reused a kept block, if there was one of this capacity
   * @param evicted kept blocks that had to make room, not freed yet
   */
  private record Reservation(int capacity, @Nullable Block reused, List<Block> evicted) {}

  private final class Lease implements BufferLease {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Block block;
    private final ByteBuffer view;

    Lease(Block block, int size) {
      this.block = block;
      this.view = block.view(size);
    }

    @Override
    public ByteBuffer buffer() {
      if (closed.get()) {
        throw new IllegalStateException("Cannot use a buffer: its lease was closed");
      }
      return view;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release(this, block);
      }
    }
  }

  /** Made on first use: the limit on direct memory is asked of the JVM. */
  private static final class Shared {
    static final BufferPool POOL = new BufferPool(defaultBudget());
  }

  /**
   * @param budgetBytes the budget in force
   * @param leasedBytes memory in leases that are not closed
   * @param leases how many leases are not closed
   * @param pooledBytes memory kept for reuse
   * @param peakLeasedBytes the highest leasedBytes so far
   * @param overBudget how many leases were admitted over the budget
   * @param allocations how many buffers were newly allocated
   */
  public record Stats(
      long budgetBytes,
      long leasedBytes,
      long leases,
      long pooledBytes,
      long peakLeasedBytes,
      long overBudget,
      long allocations) {}
}
