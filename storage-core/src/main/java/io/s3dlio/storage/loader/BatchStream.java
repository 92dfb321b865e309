package io.s3dlio.storage.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One epoch, batch by batch, for one consumer: as an {@link Iterator}, as a {@link #asStream
 * Stream}, as a {@link Flow.Publisher}, or by {@link #nextBatch}, which throws what the others wrap
 * in {@link UncheckedIOException}.
 *
 * <p>An item that fails, past what the loader's {@link ErrorPolicy} lets it leave out, ends the
 * stream with its error; so does a cancelled token, or {@link #close} by another thread, with a
 * {@link LoaderCancelledException}. A stream that just ends has delivered every item of its epoch
 * but the {@link #failures}, and what {@code dropLast} drops. No batch comes after an error or
 * after {@code close} has returned. What is in flight drains by itself; nobody waits for it.
 */
public final class BatchStream implements Iterator<Batch>, AutoCloseable, Flow.Publisher<Batch> {
  private final LoadWindow window;
  private final String threadName;
  private final AtomicReference<@Nullable Batch> peeked = new AtomicReference<>();
  private volatile boolean closed;
  private boolean subscribed;

  /**
   * @param threadName of the thread that serves a subscriber
   */
  BatchStream(LoadWindow window, String threadName) {
    this.window = window;
    this.threadName = threadName;
  }

  /**
   * Waits for the next batch and returns it; nothing after the last.
   *
   * @throws LoaderCancelledException if the stream was cancelled or closed before its end
   * @throws java.io.InterruptedIOException if this thread is interrupted, which ends the stream;
   *     the flag stays set
   * @throws IOException why the stream has ended before its end
   */
  public Optional<Batch> nextBatch() throws IOException {
    Batch next = peeked.getAndSet(null);
    return next == null ? window.take() : Optional.of(next);
  }

  /** Waits for the next batch, as {@link #nextBatch} does. */
  @Override
  public boolean hasNext() {
    if (peeked.get() != null) {
      return true;
    }
    Optional<Batch> next;
    try {
      next = window.take();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    next.ifPresent(peeked::set);
    if (closed) {
      drop();
    }
    return next.isPresent();
  }

  @Override
  public Batch next() {
    try {
      return nextBatch()
          .orElseThrow(() -> new NoSuchElementException("The epoch has no more batches"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the batches as a stream of the JDK's, which closes this one when it is closed. */
  public Stream<Batch> asStream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                this, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
            false)
        .onClose(this::close);
  }

  /**
   * Delivers to one subscriber, on a thread of its own, no more than it requests. A second one is
   * refused. Cancelling the subscription closes this.
   */
  @Override
  public void subscribe(Flow.Subscriber<? super Batch> subscriber) {
    boolean first;
    synchronized (this) {
      first = !subscribed;
      subscribed = true;
    }
    if (first) {
      BatchSubscription.begin(this, subscriber, threadName);
    } else {
      BatchSubscription.refuse(subscriber);
    }
  }

  /** Returns which epoch this is. */
  public long epoch() {
    return window.epoch();
  }

  /** Returns how many batches the epoch has for this loader, were none of them left out. */
  public long batches() {
    return window.batches();
  }

  /** Returns how many batches are whole and not taken: none, where the loader does not keep up. */
  public int ready() {
    return window.ready() + (peeked.get() == null ? 0 : 1);
  }

  /** Returns the items that were left out so far. */
  public List<LoadFailure> failures() {
    return window.failures();
  }

  /** Returns whether the next batch, or its absence, is known without waiting. */
  boolean isOver() {
    return window.isOver();
  }

  void whenOver(Runnable action) {
    window.whenOver(action);
  }

  /** Ends the stream: no request starts any more. Batches that were taken stay. Idempotent. */
  @Override
  public void close() {
    closed = true;
    window.end("the stream was closed");
    drop();
  }

  /** A batch that was looked for and not taken is the stream's still. */
  private void drop() {
    Batch dropped = peeked.getAndSet(null);
    if (dropped != null) {
      dropped.close();
    }
  }
}
