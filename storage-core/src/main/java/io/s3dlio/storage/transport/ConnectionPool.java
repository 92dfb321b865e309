package io.s3dlio.storage.transport;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one endpoint. The one that was used last is used next, so that those that are
 * not needed grow old and are closed. Thread-safe.
 */
final class ConnectionPool {
  /** A younger one that the server has closed is found out by its first exchange. */
  private static final long TRUSTED_NANOS = 1_000_000_000L;

  /** Opens a connection. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws IOException;
  }

  private record Idle(Connection connection, long since) {}

  private final int maxConnections;
  private final String authority;
  private final Opener opener;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final Deque<Idle> idle = new ArrayDeque<>();
  private int open;
  private boolean closed;

  ConnectionPool(int maxConnections, String authority, Opener opener, LongSupplier clock) {
    this.maxConnections = maxConnections;
    this.authority = authority;
    this.opener = opener;
    this.clock = clock;
  }

  /**
   * Returns a connection for one exchange; it comes back by {@link #release}.
   *
   * @param fresh whether it must be a new one
   * @param waitNanos how long to wait while all are in use
   * @throws TransportException if none was free in time or none could be opened
   */
  Connection take(boolean fresh, long waitNanos) throws IOException {
    while (true) {
      @Nullable Idle found = reserve(fresh, waitNanos);
      if (found == null) {
        return opened();
      }
      boolean trusted = clock.getAsLong() - found.since() < TRUSTED_NANOS;
      if (trusted || !found.connection().isStale()) {
        return found.connection();
      }
      release(found.connection(), false);
    }
  }

  /** Returns an idle connection, or null if there is room for a new one, which is taken then. */
  private @Nullable Idle reserve(boolean fresh, long waitNanos) throws IOException {
    long left = waitNanos;
    lock.lock();
    try {
      while (true) {
        if (closed) {
          throw new TransportException(
              Phase.CONNECT, Kind.IO, authority, "the transport was closed", null);
        }
        if (!idle.isEmpty() && !fresh) {
          return idle.pop();
        }
        if (open < maxConnections) {
          open++;
          return null;
        }
        if (!idle.isEmpty()) {
          idle.removeLast().connection().close();
          return null;
        }
        if (left <= 0) {
          throw new TransportException(
              Phase.CONNECT,
              Kind.TIMEOUT,
              authority,
              "all %d connections stayed in use for %d ms"
                  .formatted(maxConnections, NANOSECONDS.toMillis(waitNanos)),
              "Raise maxConnections, or requestTimeout",
              null);
        }
        left = freed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("Interrupted while waiting for a connection to " + authority);
      interrupted.initCause(e);
      throw interrupted;
    } finally {
      lock.unlock();
    }
  }

  private Connection opened() throws IOException {
    boolean done = false;
    try {
      Connection connection = opener.open();
      done = true;
      return connection;
    } finally {
      if (!done) {
        forget();
      }
    }
  }

  /** Takes a connection back, to be used again if it can be. */
  void release(Connection connection, boolean usable) {
    boolean kept = false;
    lock.lock();
    try {
      if (usable && !closed) {
        idle.push(new Idle(connection, clock.getAsLong()));
        freed.signal();
        kept = true;
      }
    } finally {
      lock.unlock();
    }
    if (!kept) {
      connection.close();
      forget();
    }
  }

  private void forget() {
    lock.lock();
    try {
      open--;
      freed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Closes what nobody has used for so long. */
  void closeIdle(long idleNanos) {
    List<Connection> old = new ArrayList<>();
    lock.lock();
    try {
      long now = clock.getAsLong();
      while (!idle.isEmpty() && now - idle.peekLast().since() >= idleNanos) {
        old.add(idle.removeLast().connection());
        open--;
        freed.signal();
      }
    } finally {
      lock.unlock();
    }
    old.forEach(Connection::close);
  }

  /** Closes what is idle now, and what is in use when it comes back. */
  void close() {
    lock.lock();
    try {
      closed = true;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
    closeIdle(Long.MIN_VALUE);
  }

  /** Returns how many connections there are, in use or not. */
  int size() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }
}
