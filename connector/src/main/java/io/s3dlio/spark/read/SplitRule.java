package io.s3dlio.spark.read;

import java.util.OptionalInt;

/**
 * How objects become rows and rows become splits: Spark's rule for files.
 *
 * @param content whether content is read. Without it splits are packed by rows alone
 * @param chunkBytes objects larger than this are several rows; {@link Long#MAX_VALUE} for none
 * @param maxPartitionBytes the most bytes of a split, but for a row that alone is larger
 * @param openCostBytes what a row costs besides its bytes
 * @param minPartitions how many splits there should be at least
 * @param maxPartitions how many there should be at most
 */
record SplitRule(
    boolean content,
    long chunkBytes,
    long maxPartitionBytes,
    long openCostBytes,
    int minPartitions,
    OptionalInt maxPartitions) {
  private static final int MAX_ROWS = 1 << 20;

  /** Returns how many bytes, open costs included, a split holds at most. */
  long maxSplitBytes(long objectBytes, long rows) {
    if (!content) {
      return Long.MAX_VALUE;
    }
    long total = objectBytes + rows * openCostBytes;
    return Math.min(maxPartitionBytes, Math.max(openCostBytes, total / minPartitions));
  }

  /** Returns how many rows a split holds at most. */
  int maxSplitRows(long rows) {
    long spread = (rows + minPartitions - 1) / minPartitions;
    return content ? MAX_ROWS : (int) Math.max(1, Math.min(MAX_ROWS, spread));
  }

  /** Returns whether an object may be several rows. */
  boolean chunked() {
    return chunkBytes < Long.MAX_VALUE;
  }

  /** Returns how many rows an object of this length is. */
  long rows(long length) {
    return length <= chunkBytes ? 1 : (length - 1) / chunkBytes + 1;
  }
}
