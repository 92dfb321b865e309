package io.s3dlio.spark.read;

import java.io.IOException;
import java.util.Optional;

/** Reads a split batch by batch. For one thread, but for {@link #cancel}. */
interface BatchSource extends AutoCloseable {
  /**
   * Waits for the next batch, which has a row at least; empty after the last. The caller closes it.
   *
   * @throws java.io.InterruptedIOException if this thread is interrupted; the flag stays set
   */
  Optional<LoadedBatch> next() throws IOException;

  /** Makes {@link #next} fail, also where it waits. On any thread. */
  void cancel();

  /** Stops what is under way; its memory goes back once nothing writes to it any more. */
  @Override
  void close();
}
