package io.s3dlio.storage.transport;

import java.io.IOException;

/**
 * When a connection's request must have moved on. One thread does the I/O, another one looks in and
 * closes the connection; the request's number keeps it from closing one already lent to the next.
 */
final class Deadline {
  private final Wire wire;
  private volatile long number;
  private volatile long wholeAt;
  private volatile long stepAt;
  private boolean running;
  private boolean expired;
  private boolean wholeExpired;

  Deadline(Wire wire) {
    this.wire = wire;
  }

  /** Starts a request: it ends by then, on a clock of nanoseconds, and so does its first step. */
  synchronized void begin(long at) {
    number++;
    wholeAt = at;
    stepAt = at;
    running = true;
  }

  /** Gives the next step until then. */
  void step(long at) {
    stepAt = at;
  }

  /** Ends the request; returns false if its time ran out, whereupon the connection is closed. */
  synchronized boolean end() {
    running = false;
    return !expired;
  }

  synchronized boolean isExpired() {
    return expired;
  }

  /** Returns whether it was the request's time that ran out, and not a step's. */
  synchronized boolean isWholeExpired() {
    return wholeExpired;
  }

  long number() {
    return number;
  }

  /**
   * Closes the connection if its request is late.
   *
   * @return whether the connection is closed
   */
  boolean isOver(long now) {
    expire(number, now);
    return !wire.isOpen();
  }

  /** Closes the connection if this request, and no later one, is late. */
  synchronized void expire(long request, long now) {
    if (!running || request != number || (now - stepAt < 0 && now - wholeAt < 0)) {
      return;
    }
    expired = true;
    wholeExpired = now - wholeAt >= 0;
    try {
      wire.close();
    } catch (IOException e) {
      // It is closed all the same, and the one who waits on it tells of the timeout.
      expired = true;
    }
  }
}
