package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Delivers a stream's batches to a subscriber as it requests them. */
final class BatchSubscription implements Flow.Subscription {
  private final BatchStream stream;
  private Flow.@Nullable Subscriber<? super Batch> subscriber;
  private long requested;
  private @Nullable IllegalArgumentException misuse;

  private BatchSubscription(BatchStream stream, Flow.Subscriber<? super Batch> subscriber) {
    this.stream = stream;
    this.subscriber = subscriber;
  }

  static void begin(
      BatchStream stream, Flow.Subscriber<? super Batch> subscriber, String threadName) {
    requireNonNull(subscriber, "subscriber is null");
    BatchSubscription subscription = new BatchSubscription(stream, subscriber);
    subscriber.onSubscribe(subscription);
    Thread thread = new Thread(null, subscription::deliver, threadName, 0, false);
    thread.setDaemon(true);
    thread.start();
    stream.whenOver(subscription::wake);
  }

  /** Tells one who comes too late. */
  static void refuse(Flow.Subscriber<? super Batch> subscriber) {
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long batches) {}

          @Override
          public void cancel() {}
        });
    subscriber.onError(
        new IllegalStateException("Cannot subscribe: a stream of batches has one subscriber"));
  }

  @Override
  public synchronized void request(long batches) {
    if (batches <= 0) {
      misuse =
          new IllegalArgumentException(
              "Invalid request: %d batches (must be > 0)".formatted(batches));
    } else {
      long sum = requested + batches;
      requested = sum < 0 ? Long.MAX_VALUE : sum;
    }
    notifyAll();
  }

  @Override
  public void cancel() {
    synchronized (this) {
      subscriber = null;
      notifyAll();
    }
    stream.close();
  }

  private void deliver() {
    boolean done = false;
    try {
      boolean more = true;
      while (more) {
        more = deliverOne();
      }
      done = true;
    } finally {
      // A subscriber that throws wants no more.
      if (!done) {
        cancel();
      }
    }
  }

  private boolean deliverOne() {
    Flow.Subscriber<? super Batch> target = awaitDemand();
    if (target == null) {
      return false;
    }
    IllegalArgumentException wrong;
    synchronized (this) {
      wrong = misuse;
    }
    if (wrong != null) {
      cancel();
      target.onError(wrong);
      return false;
    }
    Optional<Batch> batch;
    try {
      batch = stream.nextBatch();
    } catch (IOException e) {
      if (drop()) {
        target.onError(e);
      }
      return false;
    }
    if (batch.isPresent()) {
      return deliver(batch.get());
    }
    if (drop()) {
      target.onComplete();
    }
    return false;
  }

  private boolean deliver(Batch batch) {
    Flow.Subscriber<? super Batch> target;
    synchronized (this) {
      target = subscriber;
      requested -= requested == Long.MAX_VALUE ? 0 : 1;
    }
    if (target == null) {
      batch.close();
      return false;
    }
    target.onNext(batch);
    return true;
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** Waits until something is to be told, as an end is without demand; null if nobody listens. */
  private synchronized Flow.@Nullable Subscriber<? super Batch> awaitDemand() {
    while (subscriber != null && requested == 0 && misuse == null && !stream.isOver()) {
      try {
        wait();
      } catch (InterruptedException e) {
        // This thread is nobody else's: who interrupts it wants it to end.
        subscriber = null;
      }
    }
    return subscriber;
  }

  /** Lets go of the subscriber and returns whether it was still there. */
  private synchronized boolean drop() {
    boolean there = subscriber != null;
    subscriber = null;
    return there;
  }
}
