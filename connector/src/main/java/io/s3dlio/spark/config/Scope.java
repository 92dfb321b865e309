package io.s3dlio.spark.config;

/** Where an option means something. */
public enum Scope {
  /** Reads and writes: how a store is opened above all. */
  CONNECTION,
  /** A batch read. */
  READ,
  /** A batch write. */
  WRITE,
  /** The whole JVM: set as {@code spark.s3dlio.<name>} before the session starts. */
  JVM
}
