package io.s3dlio.storage.range;

import io.s3dlio.storage.ReadRequest;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One range on its way. Belongs to one thread at a time; its batch's lock hands it over. */
final class RangeTask {
  private final ReadRequest request;
  private final int start;
  private final RangeQueue.Group group;
  private final RangeQueue.@Nullable Split split;
  private int attempts;
  private int reached;
  private long startedNanos;

  /**
   * @param request the range and where it goes: the caller's own request, or a part of it
   * @param group whose limit the range counts against
   * @param split the request that this is a part of
   */
  RangeTask(ReadRequest request, RangeQueue.Group group, RangeQueue.@Nullable Split split) {
    this.request = request;
    this.start = request.target().position();
    this.reached = start;
    this.group = group;
    this.split = split;
  }

  RangeQueue.Group group() {
    return group;
  }

  ReadRequest request() {
    return request;
  }

  int attempts() {
    return attempts;
  }

  /** Begins an attempt. The time counts from the first. */
  void begin(long nowNanos) {
    if (attempts++ == 0) {
      startedNanos = nowNanos;
    }
  }

  /** Returns how long the range has been on its way, in nanoseconds. */
  long elapsedNanos(long nowNanos) {
    return nowNanos - startedNanos;
  }

  /** Returns what is left to read: the request as it came, or from the byte reached on. */
  ReadRequest rest() {
    ByteBuffer target = request.target();
    int done = target.position() - start;
    return done == 0
        ? request
        : new ReadRequest(request.location(), request.etag(), request.offset() + done, target);
  }

  /** Notes that the range is full. */
  void finish() {
    if (split != null) {
      split.finish();
    }
  }

  /** Returns how many bytes arrived since this was last asked. */
  long takeProgress() {
    int position = request.target().position();
    int progress = position - reached;
    reached = position;
    return progress;
  }

  /** Returns the range for a message: its first and last byte. */
  String describe() {
    int length = request.target().limit() - start;
    return "%d bytes at %d".formatted(length, request.offset());
  }
}
