package io.s3dlio.spark.write;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Steps that are all tried, whichever of them fails. Not thread-safe. */
final class Cleanup {
  private @Nullable IOException first;

  /** A step. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  void run(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      if (first == null) {
        first = e;
      } else {
        first.addSuppressed(e);
      }
    }
  }

  /** Throws the first failure, which holds the others. */
  void throwFirst() throws IOException {
    if (first != null) {
      throw first;
    }
  }
}
