package io.s3dlio.storage.tuning;

/** What kind of objects are read or written, for {@link AdaptiveConfig}. */
public enum WorkloadType {
  /** Objects below 1 MiB: what counts is how many requests are under way. */
  SMALL_FILE,
  /** Objects from 1 MiB to 64 MiB, both included. */
  MEDIUM_FILE,
  /** Objects above 64 MiB: what counts is how they are cut. */
  LARGE_FILE,
  /** Many objects of whatever size: as many requests under way as the bounds allow. */
  BATCH,
  /** Whichever of the first three the real sizes show. */
  UNKNOWN;

  private static final long MIB = 1L << 20;

  /** Returns the type of an object by its size in bytes. */
  public static WorkloadType of(long size) {
    return size < MIB ? SMALL_FILE : size <= 64 * MIB ? MEDIUM_FILE : LARGE_FILE;
  }
}
