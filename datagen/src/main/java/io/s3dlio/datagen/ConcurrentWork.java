package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs actions, several at a time, on threads of the JVM's own; the first failure ends it. Used by
 * one thread.
 */
public final class ConcurrentWork implements AutoCloseable {
  /** How many actions are in flight at most in the JVM, unless it is told otherwise. */
  public static final int DEFAULT_LIMIT = 128;

  private static final int MAX_SUPPRESSED = 9;

  private final String name;
  private final int maxConcurrency;
  private final CancellationToken token;
  private final Executor threads;
  private final JvmLimit limit;

  /** One for each action that may be in flight. */
  private final Semaphore permits;

  private final Object lock = new Object();
  private @Nullable Throwable failure;
  private long ended;
  private boolean closed;

  /** Something to do that may fail. */
  @FunctionalInterface
  public interface Action {
    void run() throws IOException;
  }

  @FunctionalInterface
  private interface Waiting {
    void run() throws InterruptedException;
  }

  /**
   * @param name what the work is, for messages: "put below s3://bucket/x/"
   * @param maxConcurrency how many actions are in flight at most
   * @param token stops the work
   */
  public ConcurrentWork(String name, int maxConcurrency, CancellationToken token) {
    this(name, maxConcurrency, token, PutThreads.shared(), JvmLimit.shared());
  }

  ConcurrentWork(
      String name, int maxConcurrency, CancellationToken token, Executor threads, JvmLimit limit) {
    this.name = requireNonNull(name, "name is null");
    this.maxConcurrency = maxConcurrency;
    this.token = requireNonNull(token, "token is null");
    this.threads = threads;
    this.limit = limit;
    this.permits = new Semaphore(maxConcurrency);
  }

  /** Sets how many actions of all works are in flight at most in this JVM. */
  public static void setLimit(int most) {
    if (most <= 0) {
      throw new IllegalArgumentException("Invalid limit: %d (must be > 0)".formatted(most));
    }
    JvmLimit.shared().set(most);
  }

  /** Returns how many actions of all works are in flight at most in this JVM. */
  public static int limit() {
    return JvmLimit.shared().most();
  }

  /**
   * Starts an action, waiting while as many as may be are in flight, of this work or in the JVM.
   *
   * @throws IOException the first failure of any action so far; nothing further is started
   * @throws InterruptedIOException if the token was cancelled, or this thread was interrupted while
   *     it waited (the flag stays set)
   */
  public void start(Action action) throws IOException {
    if (closed) {
      throw new IllegalStateException("Cannot %s: it was closed".formatted(name));
    }
    acquire(1);
    boolean started = false;
    try {
      requireGoingOn();
      startWithinLimit(action);
      started = true;
    } finally {
      if (!started) {
        permits.release();
      }
    }
  }

  /** An action in flight waits for no other one, so that some room always comes. */
  private void startWithinLimit(Action action) throws IOException {
    acquire(limit::acquire);
    boolean started = false;
    try {
      requireGoingOn();
      threads.execute(() -> run(action));
      started = true;
    } finally {
      if (!started) {
        limit.release();
      }
    }
  }

  private void run(Action action) {
    try {
      action.run();
    } catch (Throwable e) {
      failed(e);
    } finally {
      limit.release();
      // In this order: who sees no permit missing need not wait for an end, and who does will see
      // one.
      permits.release();
      ended();
    }
  }

  private void ended() {
    synchronized (lock) {
      ended++;
      lock.notifyAll();
    }
  }

  /**
   * Waits while as many actions as may be are in flight; {@link #start} will wait for those of
   * others alone then.
   *
   * @throws InterruptedIOException if this thread was interrupted while it waited (the flag stays
   *     set)
   */
  void awaitRoom() throws InterruptedIOException {
    acquire(1);
    permits.release();
  }

  /**
   * Waits until one of the actions in flight ends.
   *
   * @return false, at once, if there is none
   * @throws InterruptedIOException if this thread was interrupted while it waited (the flag stays
   *     set)
   */
  boolean awaitOne() throws InterruptedIOException {
    synchronized (lock) {
      if (permits.availablePermits() == maxConcurrency) {
        return false;
      }
      long before = ended;
      try {
        while (ended == before) {
          lock.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw stopped("the thread was interrupted");
      }
      return true;
    }
  }

  private void failed(Throwable e) {
    synchronized (lock) {
      if (failure == null) {
        failure = e;
      } else if (failure != e && failure.getSuppressed().length < MAX_SUPPRESSED) {
        failure.addSuppressed(e);
      }
    }
  }

  /**
   * Waits until every action has ended.
   *
   * @throws IOException the first failure
   * @throws InterruptedIOException if the token was cancelled, or this thread was interrupted while
   *     it waited (the flag stays set)
   */
  public void drain() throws IOException {
    acquire(maxConcurrency);
    permits.release(maxConcurrency);
    requireGoingOn();
  }

  private void acquire(int count) throws InterruptedIOException {
    acquire(() -> permits.acquire(count));
  }

  private void acquire(Waiting waiting) throws InterruptedIOException {
    try {
      waiting.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stopped("the thread was interrupted");
    }
  }

  private void requireGoingOn() throws IOException {
    synchronized (lock) {
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
    }
    if (token.isCancelled()) {
      throw stopped("the work was cancelled");
    }
  }

  private InterruptedIOException stopped(String reason) {
    return new InterruptedIOException("Cannot %s: %s".formatted(name, reason));
  }

  /**
   * Starts nothing further and waits for what is in flight, even if this thread is interrupted.
   * Failures are told by {@link #drain} alone. Idempotent.
   */
  @Override
  public void close() {
    closed = true;
    permits.acquireUninterruptibly(maxConcurrency);
    permits.release(maxConcurrency);
  }
}
