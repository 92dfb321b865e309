package io.s3dlio.datagen;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Puts objects below a prefix, several at a time: filling overlaps writing, and memory is bounded
 * by {@code maxConcurrency x partSize} whatever the objects' sizes. Used by one thread; what it
 * starts runs on threads of the JVM's own.
 */
public final class ObjectPutter implements AutoCloseable {
  /**
   * @param prefix what the names are below of
   * @param token stops the work
   */
  public ObjectPutter(
      ObjectStore store, Location prefix, PutOptions options, CancellationToken token) {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts putting an object, waiting while as many as may be are in flight.
   *
   * @param name its key below the prefix, already safe
   * @param done takes the result, on another thread, before {@link #drain} returns
   * @throws IOException the first failure of any object so far; nothing further is started
   */
  public void put(String name, ObjectSource source, Consumer<PutResult> done) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until all is put.
   *
   * @throws IOException the first failure
   */
  public void drain() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Starts nothing further and waits for what is in flight. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
