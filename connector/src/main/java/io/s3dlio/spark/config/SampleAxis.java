package io.s3dlio.spark.config;

/** Which axis of an array the samples are. */
public enum SampleAxis {
  FIRST,
  LAST
}
