package io.s3dlio.spark.config;

/** In which shape Spark gets the data. */
public enum ReadMode {
  /** {@link #COLUMNAR}, but {@link #ROWS} where Spark is broken. */
  AUTO,
  /** Arrow batches. */
  COLUMNAR,
  /** Rows of values that the garbage collector owns. */
  ROWS
}
