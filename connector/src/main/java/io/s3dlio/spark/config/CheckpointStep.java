package io.s3dlio.spark.config;

import java.util.OptionalLong;

/**
 * Which checkpoint an option means.
 *
 * @param step its step; empty for the latest of a read, for the one after it of a write
 */
public record CheckpointStep(OptionalLong step) {
  static final String LATEST = "latest";
  static final String NEXT = "next";

  /**
   * @param word stands for the one whose step is not known
   */
  static CheckpointStep parse(String text, String word) {
    if (text.equalsIgnoreCase(word)) {
      return new CheckpointStep(OptionalLong.empty());
    }
    try {
      return new CheckpointStep(OptionalLong.of(Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be %s or a step, 0 or more".formatted(word), e);
    }
  }
}
