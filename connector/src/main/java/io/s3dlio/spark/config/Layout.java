package io.s3dlio.spark.config;

/** What gives synthetic objects their names. */
public enum Layout {
  /** The option {@code objectName}, or a column. */
  TEMPLATE,
  /** The benchmark DLIO, which looks for the files of a data set by their names. */
  DLIO
}
