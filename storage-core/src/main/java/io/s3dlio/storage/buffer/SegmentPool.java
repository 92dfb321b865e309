package io.s3dlio.storage.buffer;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that other processes of this host can map, in files of a folder of its own. Thread-safe;
 * nothing here waits for a lease.
 *
 * <p>The first use of a file costs the system a fault for each page, so released memory is kept and
 * used again: within the pool's limit, and until it was idle for a while. A process that is killed
 * leaves its folder; the next pool in the same place removes it.
 */
public final class SegmentPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentPool.class);
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final SegmentDirectory directory;
  private final long maxBytes;
  private final Duration idle;
  private final LongSupplier clock;
  private final Executor later;
  private final AtomicLong stamps = new AtomicLong(new SecureRandom().nextLong());
  private final Object lock = new Object();
  private final KeptBlocks<Segment> kept = new KeptBlocks<>();
  private long leasedBytes;
  private long leases;
  private long created;
  private long refused;
  private boolean sweeping;
  private boolean closed;

  /**
   * Opens a pool, and removes what dead processes of this user left in the same place.
   *
   * @param parent where the pool's folder is made; should be on a file system in memory
   * @param maxBytes the most memory it has, leased and kept
   */
  public static SegmentPool open(Path parent, long maxBytes) throws IOException {
    return new SegmentPool(
        SegmentDirectory.create(parent),
        maxBytes,
        IDLE,
        System::nanoTime,
        CompletableFuture.delayedExecutor(IDLE.toMillis(), TimeUnit.MILLISECONDS));
  }

  /**
   * @param idle how long memory that nobody uses is kept
   * @param clock tells nanoseconds
   * @param later runs an action when that time has passed
   */
  SegmentPool(
      SegmentDirectory directory,
      long maxBytes,
      Duration idle,
      LongSupplier clock,
      Executor later) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.idle = idle;
    this.clock = clock;
    this.later = later;
  }

  /**
   * Returns memory of exactly this many bytes; empty if the pool's limit does not allow it, or the
   * file system has no place or fails, which is logged.
   *
   * @throws IllegalArgumentException if the size is negative or above {@link BufferPool#MAX_SIZE}
   */
  public Optional<SegmentLease> tryAcquire(long size) {
    int capacity = SizeClasses.capacity(size);
    Segment reused;
    List<Segment> evicted;
    synchronized (lock) {
      if (closed || leasedBytes + capacity > maxBytes) {
        refused++;
        return Optional.empty();
      }
      leasedBytes += capacity;
      leases++;
      reused = kept.take(capacity);
      evicted = kept.shrinkTo(maxBytes - leasedBytes);
    }
    Segment segment = reused;
    try {
      remove(evicted);
      if (segment == null) {
        segment = create(capacity);
      }
    } finally {
      if (segment == null) {
        unreserve(capacity);
      }
    }
    return Optional.ofNullable(segment).map(got -> lease(got, Math.toIntExact(size)));
  }

  private @Nullable Segment create(int capacity) {
    Segment segment = null;
    try {
      if (directory.usableSpace() >= Segment.HEAD + (long) capacity) {
        segment = Segment.create(directory.newFile(), capacity);
      }
    } catch (IOException e) {
      LOG.warn("Cannot make a segment of {} bytes in {}", capacity, directory.folder(), e);
    }
    synchronized (lock) {
      if (segment == null) {
        refused++;
      } else {
        created++;
      }
    }
    return segment;
  }

  private SegmentLease lease(Segment segment, int size) {
    long stamp = stamps.incrementAndGet();
    while (stamp == 0) {
      stamp = stamps.incrementAndGet();
    }
    segment.stamp(stamp);
    return new SegmentLease(segment, stamp, size, this::release);
  }

  private void release(SegmentLease lease) {
    Segment segment = lease.segment();
    boolean keep;
    boolean sweep;
    synchronized (lock) {
      unreserve(segment.capacity());
      keep = lease.isReusable() && !closed;
      if (keep) {
        segment.usedAt(clock.getAsLong());
        kept.add(segment);
      }
      sweep = keep && !sweeping;
      sweeping |= sweep;
    }
    if (!keep) {
      remove(List.of(segment));
    }
    if (sweep) {
      later.execute(this::removeIdle);
    }
  }

  private void removeIdle() {
    List<Segment> removed;
    boolean again;
    synchronized (lock) {
      long now = clock.getAsLong();
      removed = kept.removeWhile(eldest -> now - eldest.usedAt() >= idle.toNanos());
      again = !kept.isEmpty();
      sweeping = again;
    }
    remove(removed);
    if (again) {
      later.execute(this::removeIdle);
    }
  }

  private void unreserve(int capacity) {
    synchronized (lock) {
      leasedBytes -= capacity;
      leases--;
    }
  }

  private static void remove(List<Segment> segments) {
    for (Segment segment : segments) {
      try {
        segment.unlink();
      } catch (IOException e) {
        LOG.warn("Cannot remove {}: it stays until this process ends", segment.file(), e);
      } finally {
        segment.unmap();
      }
    }
  }

  /** Returns the folder that holds the files. */
  public Path folder() {
    return directory.folder();
  }

  /** Returns the pool's figures at this moment. */
  public Stats stats() {
    synchronized (lock) {
      return new Stats(maxBytes, leasedBytes, leases, kept.bytes(), created, refused);
    }
  }

  /**
   * Removes the pool's folder. Leased memory stays usable here and wherever it is mapped already.
   * Idempotent.
   */
  @Override
  public void close() throws IOException {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      kept.shrinkTo(0).forEach(Segment::unmap);
    }
    directory.close();
  }

  /**
   * @param maxBytes the limit
   * @param leasedBytes memory in leases
   * @param leases how many leases there are
   * @param keptBytes memory kept for reuse
   * @param created how many files were made
   * @param refused how often the limit or the file system did not allow a lease
   */
  public record Stats(
      long maxBytes, long leasedBytes, long leases, long keptBytes, long created, long refused) {}
}
