package io.s3dlio.spark.read;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How objects become rows and rows become splits: Spark's rule for files.
 *
 * @param content whether content is read. Without it splits are packed by rows alone
 * @param chunkBytes objects larger than this are several rows; {@link Long#MAX_VALUE} for none
 * @param maxPartitionBytes the most bytes of a split, but for a row that alone is larger
 * @param openCostBytes what a row costs besides its bytes
 * @param minPartitions how many splits there should be at least
 * @param maxPartitions how many there are at most, except that a split has {@link #MAX_ROWS} rows
 *     at most and is of one container
 * @param batches that have a number of rows, and of which splits have whole ones
 */
record SplitRule(
    boolean content,
    long chunkBytes,
    long maxPartitionBytes,
    long openCostBytes,
    int minPartitions,
    OptionalInt maxPartitions,
    Optional<Batches> batches) {
  static final int MAX_ROWS = 1 << 20;

  /**
   * Batches of a number of rows.
   *
   * @param maxBytes of content of more than one row
   */
  record Batches(int rows, long maxBytes) {}

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

  /** Returns what a row weighs where splits are balanced. Never 0. */
  long cost(long size) {
    return content ? size + openCostBytes + 1 : 1;
  }

  /** Returns the number of the batch that a row is in. There are batches. */
  long batch(ObjectTable table, int object, long offset) {
    return table.row(object, offset, chunkBytes) / batches.orElseThrow().rows();
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
