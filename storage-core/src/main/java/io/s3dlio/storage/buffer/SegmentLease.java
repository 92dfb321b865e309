package io.s3dlio.storage.buffer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Memory of a {@link SegmentPool} on loan, which other processes of this host can map. Thread-safe.
 *
 * <p>Two let go of it: whoever uses the memory here closes the lease, and whoever told others of it
 * calls {@link #expire}. Only then is the memory used again.
 */
public final class SegmentLease implements BufferLease {
  private final Segment segment;
  private final long stamp;
  private final ByteBuffer view;
  private final Consumer<SegmentLease> onReleased;
  private boolean closed;
  private boolean expired;
  private boolean reusable;

  SegmentLease(Segment segment, long stamp, int size, Consumer<SegmentLease> onReleased) {
    this.segment = segment;
    this.stamp = stamp;
    this.view = segment.view(size);
    this.onReleased = onReleased;
  }

  @Override
  public synchronized ByteBuffer buffer() {
    if (closed) {
      throw new IllegalStateException("Cannot use a buffer: its lease was closed");
    }
    return view;
  }

  /** Returns the file that holds the memory. */
  public Path file() {
    return segment.file();
  }

  /** Returns where in the file the memory begins, in bytes. */
  public int offset() {
    return Segment.HEAD;
  }

  /**
   * Returns what the file has at byte 8, in little-endian order, as long as the lease is not
   * expired: never 0, and another number for every lease.
   */
  public long stamp() {
    return stamp;
  }

  /** Says that nobody here touches the memory any more. Idempotent. */
  @Override
  public void close() {
    boolean released;
    synchronized (this) {
      released = expired && !closed;
      closed = true;
    }
    if (released) {
      onReleased.accept(this);
    }
  }

  /**
   * Makes what others know of the memory stale, at once. Idempotent.
   *
   * @param mayReuse whether they have certainly ended; else the memory is theirs, and given back to
   *     the system once they have
   */
  public void expire(boolean mayReuse) {
    boolean released;
    synchronized (this) {
      if (expired) {
        return;
      }
      expired = true;
      reusable = mayReuse;
      released = closed;
      segment.stamp(0);
    }
    if (released) {
      onReleased.accept(this);
    }
  }

  Segment segment() {
    return segment;
  }

  synchronized boolean isReusable() {
    return reusable;
  }
}
