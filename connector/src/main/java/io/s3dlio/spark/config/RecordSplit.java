package io.s3dlio.spark.config;

/** How the records of one TFRecord object come to several splits. */
public enum RecordSplit {
  /** By an index, or by the length of each record where records are large. */
  AUTO,
  /** Not at all. */
  NONE,
  /** By looking for what seems to be a record. */
  RESYNC
}
