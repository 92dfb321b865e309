package io.s3dlio.spark.config;

/** A file format that the rows of a write become. */
public enum Encoding {
  NONE,
  TFRECORD,
  NPZ
}
