package io.s3dlio.spark.config;

/** What the data of a TFRecord is. */
public enum RecordType {
  /** A {@code tf.train.Example}: a column for each feature. */
  EXAMPLE,
  /** A {@code tf.train.SequenceExample}: a column for each feature and each list of features. */
  SEQUENCE_EXAMPLE,
  /** Bytes, in one column. */
  BYTE_ARRAY
}
