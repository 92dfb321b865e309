package io.s3dlio.spark.read;

import io.s3dlio.spark.config.SharedMemory;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.buffer.SegmentLease;
import io.s3dlio.storage.buffer.SegmentPool;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the batches of a reader get memory: of the JVM's buffer pool, or where rows refer to their
 * content, of what it shares with Python while there is enough of that.
 */
final class BatchMemory {
  private static final Logger LOG = LoggerFactory.getLogger(BatchMemory.class);
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private final BufferPool pool = BufferPool.shared();
  private final boolean shared;
  private final TaskScope scope;
  private final ReadMetrics metrics;

  /**
   * @param shared whether rows refer to their content
   * @param scope keeps what they refer to
   */
  BatchMemory(boolean shared, TaskScope scope, ReadMetrics metrics) {
    this.shared = shared;
    this.scope = scope;
    this.metrics = metrics;
  }

  /** Returns memory, over the pool's budget if need be. */
  BufferLease acquire(int bytes) throws IOException {
    Optional<BufferLease> segment = segment(bytes);
    return segment.isPresent() ? segment.get() : pooled(pool.acquire(bytes));
  }

  /** Returns memory if there is some. */
  Optional<BufferLease> tryAcquire(int bytes) throws IOException {
    Optional<BufferLease> segment = segment(bytes);
    return segment.isPresent() ? segment : pool.tryAcquire(bytes).map(this::pooled);
  }

  private Optional<BufferLease> segment(int bytes) throws IOException {
    if (!shared) {
      return Optional.empty();
    }
    Optional<SegmentPool> segments = SharedMemory.ofThisJvm();
    Optional<SegmentLease> lease = segments.flatMap(some -> some.tryAcquire(bytes));
    lease.ifPresent(scope::referTo);
    if (lease.isEmpty()) {
      segments.ifPresent(BatchMemory::tellOnce);
    }
    return lease.map(BufferLease.class::cast);
  }

  private BufferLease pooled(BufferLease lease) {
    if (shared) {
      metrics.inlineBatch();
    }
    return lease;
  }

  private static void tellOnce(SegmentPool segments) {
    if (TOLD.compareAndSet(false, true)) {
      LOG.warn(
          "Content by reference travels inline where shared memory is short: {} of {} bytes are"
              + " leased, in {}. Set spark.s3dlio.sharedMemoryBudget to have more, or"
              + " spark.s3dlio.sharedMemoryDir to have it elsewhere",
          segments.stats().leasedBytes(),
          segments.stats().maxBytes(),
          segments.folder());
    }
  }
}
