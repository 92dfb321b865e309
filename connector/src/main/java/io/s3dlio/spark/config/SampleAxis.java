package io.s3dlio.spark.config;

/** Which axis of a written array the samples are. */
public enum SampleAxis {
  FIRST,
  LAST;

  /**
   * Parses the number of an axis.
   *
   * @throws IllegalArgumentException if it is neither the first nor the last
   */
  static SampleAxis parse(String text) {
    return switch (text) {
      case "0" -> FIRST;
      case "-1" -> LAST;
      default -> throw new IllegalArgumentException("must be 0 or -1");
    };
  }
}
