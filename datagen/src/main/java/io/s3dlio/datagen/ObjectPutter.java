package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts objects below a prefix, several at a time: filling overlaps writing, and memory is bounded
 * by {@code maxConcurrency x partSize} whatever the objects' sizes. Used by one thread; what it
 * starts runs on threads of the JVM's own.
 */
public final class ObjectPutter implements AutoCloseable {
  private static final int MAX_SUPPRESSED = 9;

  private final ObjectPut objects;
  private final Location prefix;
  private final CancellationToken token;
  private final int maxConcurrency;

  /** One for each object that may be in flight. */
  private final Semaphore permits;

  private final Object lock = new Object();
  private @Nullable Throwable failure;
  private boolean closed;

  /**
   * @param prefix what the names are below of
   * @param token stops the work
   */
  public ObjectPutter(
      ObjectStore store, Location prefix, PutOptions options, CancellationToken token) {
    this.objects = new ObjectPut(store, prefix, options);
    this.prefix = prefix;
    this.token = requireNonNull(token, "token is null");
    this.maxConcurrency = options.maxConcurrency();
    this.permits = new Semaphore(maxConcurrency);
  }

  /**
   * Starts putting an object, waiting while as many as may be are in flight.
   *
   * @param name its key below the prefix, already safe
   * @param done takes the result, on another thread, before {@link #drain} returns; once if the
   *     object is there, never if it failed. What it throws counts as a failure
   * @throws IOException the first failure of any object so far; nothing further is started
   * @throws InterruptedIOException if the token was cancelled, or this thread was interrupted while
   *     it waited (the flag stays set)
   */
  public void put(String name, ObjectSource source, Consumer<PutResult> done) throws IOException {
    if (closed) {
      throw new IllegalStateException("Cannot put %s: the putter is closed".formatted(name));
    }
    acquire(1);
    boolean started = false;
    try {
      requireGoingOn();
      PutThreads.shared().execute(() -> run(name, source, done));
      started = true;
    } finally {
      if (!started) {
        permits.release();
      }
    }
  }

  private void run(String name, ObjectSource source, Consumer<PutResult> done) {
    try {
      done.accept(objects.put(name, source));
    } catch (Throwable e) {
      failed(e);
    } finally {
      permits.release();
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
   * Waits until all is put.
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
    try {
      permits.acquire(count);
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
    return new InterruptedIOException("Cannot put below %s: %s".formatted(prefix, reason));
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
