package io.s3dlio.storage.range;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;

/** Requests under way together. Thread-safe. */
public interface BatchRead {
  /**
   * Waits until every target is full.
   *
   * @throws InterruptedIOException if this thread is interrupted (the flag stays set), or the read
   *     was cancelled; what is in flight goes on until it has drained
   * @throws IOException the first failure, at once
   */
  void await() throws IOException;

  /**
   * Waits as {@link #await()} does, but no longer than that. The read goes on.
   *
   * @return whether every target is full
   */
  boolean await(Duration limit) throws IOException;

  /** Returns whether {@link #await} would return or throw without waiting. */
  boolean isDone();

  /** Returns what {@link #await} throws; nothing after a success, or as long as it would wait. */
  Optional<IOException> failure();

  /** Starts no further range. Those in flight drain into their targets. */
  void cancel();

  /**
   * Runs an action once no thread touches a target any more, whether the read succeeded, failed or
   * was cancelled: the moment to give the memory back. At once if that is already so, else on the
   * thread that drains the batch, in the order of registration, and before {@link #await} returns
   * from a success. The action is short; what it throws is logged.
   */
  void whenDrained(Runnable action);

  /** Returns the figures so far. */
  Stats stats();

  /**
   * @param bytes bytes that arrived
   * @param ranges ranges that were started, retries not counted
   * @param retries attempts after the first of a range
   */
  record Stats(long bytes, long ranges, long retries) {}
}
