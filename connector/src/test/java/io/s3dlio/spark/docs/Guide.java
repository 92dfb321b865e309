package io.s3dlio.spark.docs;

import io.s3dlio.storage.loader.Batch;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** What the examples of docs/guide.md take for the reader's own. */
public abstract class Guide {
  private static final AtomicLong SEEN = new AtomicLong();

  protected final byte[] modelState = new byte[1000];
  protected final byte[] optimizerState = new byte[2000];

  /** The example. */
  public abstract void run() throws Exception;

  protected static void trainStep(Batch batch) {
    batch.items().forEach(Guide::process);
  }

  protected static void process(ByteBuffer item) {
    SEEN.addAndGet(item.remaining());
  }

  /** Returns how many bytes of items the examples have seen, and begins anew. */
  static long takeSeen() {
    return SEEN.getAndSet(0);
  }
}
