package io.s3dlio.spark.config;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What the data of a TFRecord is. */
public enum RecordType {
  /** A {@code tf.train.Example}: a column for each feature. */
  EXAMPLE("Example"),
  /** A {@code tf.train.SequenceExample}: a column for each feature and each list of features. */
  SEQUENCE_EXAMPLE("SequenceExample"),
  /** Bytes, in one column. */
  BYTE_ARRAY("ByteArray");

  /** What there is, for people. */
  static final String NAMES =
      Arrays.stream(values()).map(RecordType::toString).collect(Collectors.joining(", "));

  private final String text;

  RecordType(String text) {
    this.text = text;
  }

  /**
   * Parses a name, in any case.
   *
   * @throws IllegalArgumentException if there is no such
   */
  static RecordType parse(String text) {
    return Arrays.stream(values())
        .filter(type -> type.text.equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("must be one of " + NAMES));
  }

  /** Returns it as users write it. */
  @Override
  public String toString() {
    return text;
  }
}
