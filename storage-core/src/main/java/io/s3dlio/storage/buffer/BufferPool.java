package io.s3dlio.storage.buffer;

import java.util.Optional;

/**
 * Page-aligned direct buffers that are used again, under a budget of bytes. Thread-safe; nothing
 * here ever waits.
 *
 * <p>Only work that can wait asks within the budget ({@link #tryAcquire}); what a consumer needs
 * next is always admitted ({@link #acquire}), over the budget if it must be, and counted. So no
 * thread waits here for memory that only it can release.
 */
public final class BufferPool {
  /** The alignment of every buffer's address, in bytes: enough for O_DIRECT everywhere. */
  public static final int ALIGNMENT = 4096;

  /**
   * @param budgetBytes how much memory {@link #tryAcquire} may bring the pool to, and how much the
   *     pool keeps for reuse
   */
  public BufferPool(long budgetBytes) {
    throw new UnsupportedOperationException();
  }

  /** Returns the JVM's pool. Its budget is {@link #defaultBudget} until it is set. */
  public static BufferPool shared() {
    throw new UnsupportedOperationException();
  }

  /** Returns a share (a half) of the JVM's limit on direct memory. */
  public static long defaultBudget() {
    throw new UnsupportedOperationException();
  }

  /** Changes the budget; takes effect on what is acquired and released from now on. */
  public void setBudget(long budgetBytes) {
    throw new UnsupportedOperationException();
  }

  /** Returns a buffer of exactly this many bytes, whether or not the budget allows it. */
  public BufferLease acquire(long size) {
    throw new UnsupportedOperationException();
  }

  /** Returns a buffer of exactly this many bytes if the budget allows it. */
  public Optional<BufferLease> tryAcquire(long size) {
    throw new UnsupportedOperationException();
  }

  /** Returns the pool's figures at this moment. */
  public Stats stats() {
    throw new UnsupportedOperationException();
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
