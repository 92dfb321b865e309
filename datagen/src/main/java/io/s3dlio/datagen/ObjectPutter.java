package io.s3dlio.datagen;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.util.Optional;

/**
 * Puts objects below a prefix, several at a time: filling overlaps writing, and memory is bounded
 * by {@code maxConcurrency x partSize} and by the buffer pool's budget, whatever the objects'
 * sizes. Used by one thread; what it starts runs on threads of the JVM's own.
 */
public final class ObjectPutter implements AutoCloseable {
  /** Takes what became of an object. */
  @FunctionalInterface
  public interface Done {
    void accept(PutResult result) throws IOException;
  }

  private final ObjectPut objects;
  private final ConcurrentWork work;

  /**
   * @param prefix what the names are below of
   * @param token stops the work
   */
  public ObjectPutter(
      ObjectStore store, Location prefix, PutOptions options, CancellationToken token) {
    this.objects = new ObjectPut(store, prefix, options);
    this.work = new ConcurrentWork("put below " + prefix, options.maxConcurrency(), token);
  }

  /**
   * Starts putting an object, waiting while as many as may be are in flight, or while the pool's
   * budget is used up and one of them may give memory back.
   *
   * @param name its key below the prefix, already safe
   * @param done takes the result, on another thread, before {@link #drain} returns; once if the
   *     object is there, never if it failed. What it throws counts as a failure
   * @throws IOException the first failure of any object so far; nothing further is started
   * @throws java.io.InterruptedIOException if the token was cancelled, or this thread was
   *     interrupted while it waited (the flag stays set)
   */
  public void put(String name, ObjectSource source, Done done) throws IOException {
    work.awaitRoom();
    BufferLease memory = memory(objects.bufferSize(source));
    boolean started = false;
    try {
      work.start(
          () -> {
            try (memory) {
              done.accept(objects.put(name, source, memory.buffer()));
            }
          });
      started = true;
    } finally {
      if (!started) {
        memory.close();
      }
    }
  }

  /** Over the budget only for an object that goes alone: it waits for no memory but its own. */
  private BufferLease memory(int size) throws IOException {
    BufferPool pool = BufferPool.shared();
    Optional<BufferLease> memory = pool.tryAcquire(size);
    while (memory.isEmpty() && work.awaitOne()) {
      memory = pool.tryAcquire(size);
    }
    return memory.orElseGet(() -> pool.acquire(size));
  }

  /**
   * Waits until all is put.
   *
   * @throws IOException the first failure
   * @throws java.io.InterruptedIOException if the token was cancelled, or this thread was
   *     interrupted while it waited (the flag stays set)
   */
  public void drain() throws IOException {
    work.drain();
  }

  /**
   * Starts nothing further and waits for what is in flight, even if this thread is interrupted.
   * Failures are told by {@link #drain} alone. Idempotent.
   */
  @Override
  public void close() {
    work.close();
  }
}
