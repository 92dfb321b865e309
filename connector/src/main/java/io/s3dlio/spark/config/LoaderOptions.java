package io.s3dlio.spark.config;

import java.util.List;
import java.util.Optional;

/** Options that s3dlio's loaders have, and Spark has no use for. */
final class LoaderOptions {
  /**
   * @param name as an option of Spark's would be written
   * @param reason why it means nothing in Spark, and what does instead
   */
  record Refused(String name, String reason) {}

  private static final List<Refused> REFUSED =
      List.of(
          new Refused(
              "pinMemory",
              "Spark hands content to no GPU: pin tensors where they are made, in the training"
                  + " process"),
          new Refused(
              "persistentWorkers",
              "Spark has Python workers of its own: `spark.python.worker.reuse`"));

  private LoaderOptions() {}

  static List<Refused> all() {
    return REFUSED;
  }

  /** Returns the one of a name, in any case. */
  static Optional<Refused> find(String name) {
    return REFUSED.stream().filter(option -> option.name().equalsIgnoreCase(name)).findFirst();
  }
}
