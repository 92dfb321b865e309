package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.List;

/**
 * Packs rows into splits in the order of the objects: deterministic, and neighbours stay together.
 * A split never spans two containers; where batches have a number of rows, it has whole ones.
 */
final class SplitPlanner {
  private final SplitRule rule;
  private final Limit limit;
  private final List<S3dlioInputPartition> splits = new ArrayList<>();

  /** Where the split begins. */
  private int first;

  private long firstOffset;

  /** What the split has so far. */
  private long rows;

  private long bytes;

  /** Where the split may end: the beginning of a row, or of its batch. */
  private int border;

  private long borderOffset;
  private long borderRows;
  private long borderBytes;

  /** What all splits have so far. */
  private long cost;

  private long batch;
  private int batchObject;
  private long batchRows;
  private long batchBytes;

  /** Decides where splits end. */
  @FunctionalInterface
  private interface Limit {
    /**
     * Returns whether a split is full before a row.
     *
     * @param size of the row
     */
    boolean isReached(SplitPlanner split, long size);
  }

  private SplitPlanner(SplitRule rule, Limit limit) {
    this.rule = rule;
    this.limit = limit;
  }

  /**
   * @throws IllegalArgumentException if a batch of a number of rows has too many bytes
   */
  static List<S3dlioInputPartition> plan(ObjectIndex index, SplitRule rule) {
    long rows = rows(index, rule);
    long maxBytes = rule.maxSplitBytes(index.bytes(), rows);
    int maxRows = rule.maxSplitRows(rows);
    List<S3dlioInputPartition> splits =
        new SplitPlanner(
                rule,
                (split, size) ->
                    split.rows >= maxRows || (rule.content() && split.bytes + size > maxBytes))
            .plan(index);
    int most = rule.maxPartitions().orElse(Integer.MAX_VALUE);
    if (splits.size() <= most) {
      return splits;
    }
    long total = rule.content() ? index.bytes() + rows * rule.cost(0) : rows;
    return new SplitPlanner(
            rule,
            (split, size) ->
                split.rows >= SplitRule.MAX_ROWS
                    || split.cost >= share(total, split.splits.size() + 1, most))
        .plan(index);
  }

  /** Returns {@code total * part / parts}. */
  private static long share(long total, long part, int parts) {
    return total / parts * part + total % parts * part / parts;
  }

  /** Returns how many rows the objects are. */
  static long rows(ObjectIndex index, SplitRule rule) {
    if (!rule.chunked()) {
      return index.objects();
    }
    long rows = 0;
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        rows += rule.rows(table.length(i));
      }
    }
    return rows;
  }

  private List<S3dlioInputPartition> plan(ObjectIndex index) {
    for (ObjectTable table : index.tables()) {
      first = 0;
      firstOffset = 0;
      batch = -1;
      for (int i = 0; i < table.size(); i++) {
        addRows(table, i);
      }
      mayEnd(table.size(), 0);
      close(table);
    }
    return splits;
  }

  private void addRows(ObjectTable table, int object) {
    long length = table.length(object);
    long offset = 0;
    do {
      long size = Math.min(rule.chunkBytes(), length - offset);
      if (rule.batches().isEmpty() || isOfNextBatch(table, object, offset)) {
        mayEnd(object, offset);
      }
      if (borderRows > 0 && limit.isReached(this, size)) {
        close(table);
      }
      rows++;
      bytes += size + rule.openCostBytes();
      cost += rule.cost(size);
      batchRows++;
      batchBytes += size;
      offset += size;
      if (rule.batches().isPresent() && batchBytes > rule.batches().get().maxBytes()) {
        requireFits(table, object);
      }
    } while (offset < length);
  }

  private boolean isOfNextBatch(ObjectTable table, int object, long offset) {
    long next = rule.batch(table, object, offset);
    if (next == batch) {
      return false;
    }
    batch = next;
    batchObject = object;
    batchRows = 0;
    batchBytes = 0;
    return true;
  }

  /** One row that is too large is told elsewhere, or is none. */
  private void requireFits(ObjectTable table, int object) {
    if (batchRows > 1) {
      throw new IllegalArgumentException(
          ("Cannot read a batch of %d rows: those from %s to %s have %d bytes, and a batch has %d at"
                  + " most. Set a smaller batchSize, or raise the option maxBatchBytes")
              .formatted(
                  rule.batches().orElseThrow().rows(),
                  table.location(batchObject),
                  table.location(object),
                  batchBytes,
                  rule.batches().orElseThrow().maxBytes()));
    }
  }

  private void mayEnd(int object, long offset) {
    border = object;
    borderOffset = offset;
    borderRows = rows;
    borderBytes = bytes;
  }

  /** Ends the split at the border. */
  private void close(ObjectTable table) {
    if (borderRows > 0) {
      int end = borderOffset == 0 ? border : border + 1;
      long endOffset = borderOffset == 0 ? table.length(border - 1) : borderOffset;
      splits.add(
          new S3dlioInputPartition(table, first, firstOffset, end, endOffset, rule.chunkBytes()));
    }
    first = border;
    firstOffset = borderOffset;
    rows -= borderRows;
    bytes -= borderBytes;
    borderRows = 0;
    borderBytes = 0;
  }
}
