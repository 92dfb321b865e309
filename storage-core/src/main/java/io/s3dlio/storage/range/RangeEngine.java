package io.s3dlio.storage.range;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Runs reads as bounded concurrent ranges, on threads that are never interrupted. Thread-safe. */
public final class RangeEngine implements AutoCloseable {
  /**
   * @param maxThreads how many ranges run at once, over all batches
   */
  public RangeEngine(int maxThreads) {
    throw new UnsupportedOperationException();
  }

  /** Returns the JVM's engine. */
  public static RangeEngine shared() {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts a batch of reads and returns at once. Requests above {@link
   * RangeEngineConfig#minSplitSize} are cut into ranges; each range is retried from the byte that
   * it reached.
   *
   * @param maxConcurrency how many ranges of this batch are in flight at most
   * @param token cancels the batch
   */
  public BatchRead submit(
      ObjectStore store,
      List<ReadRequest> requests,
      RangeEngineConfig config,
      int maxConcurrency,
      CancellationToken token) {
    throw new UnsupportedOperationException();
  }

  /** Reads one range of an object into a read-only direct buffer that the collector owns. */
  public ByteBuffer get(ObjectStore store, ObjectInfo object, long offset, long length)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Lets what is in flight drain and ends the threads. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
