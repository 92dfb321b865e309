package io.s3dlio.spark.config;

/** What becomes of records that are damaged. */
public enum ParseMode {
  /** The read fails. */
  FAILFAST,
  /** They are left out. */
  DROPMALFORMED,
  /** They are rows without values, with their bytes in a column of their own. */
  PERMISSIVE
}
