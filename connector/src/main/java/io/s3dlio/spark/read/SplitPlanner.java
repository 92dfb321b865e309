package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.List;

/**
 * Packs rows into splits in the order of the listing: deterministic, and neighbours stay together.
 * A split never spans two containers.
 */
final class SplitPlanner {
  private final SplitRule rule;
  private final long maxBytes;
  private final int maxRows;
  private final List<S3dlioInputPartition> splits = new ArrayList<>();
  private int first;
  private long firstOffset;
  private long bytes;
  private long rows;

  private SplitPlanner(SplitRule rule, long maxBytes, int maxRows) {
    this.rule = rule;
    this.maxBytes = maxBytes;
    this.maxRows = maxRows;
  }

  static List<S3dlioInputPartition> plan(ObjectIndex index, SplitRule rule) {
    long rows = rows(index, rule);
    int maxRows = rule.maxSplitRows(rows);
    List<S3dlioInputPartition> splits =
        new SplitPlanner(rule, rule.maxSplitBytes(index.bytes(), rows), maxRows).plan(index);
    int most = rule.maxPartitions().orElse(Integer.MAX_VALUE);
    if (!rule.content() || splits.size() <= most) {
      return splits;
    }
    long total = index.bytes() + rows * rule.openCostBytes();
    return new SplitPlanner(rule, (total - 1) / most + 1, maxRows).plan(index);
  }

  /** Returns how many rows the objects are. */
  static long rows(ObjectIndex index, SplitRule rule) {
    if (rule.chunkBytes() == Long.MAX_VALUE) {
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
      for (int i = 0; i < table.size(); i++) {
        addRows(table, i);
      }
      close(table, table.size(), 0);
    }
    return splits;
  }

  private void addRows(ObjectTable table, int object) {
    long length = table.length(object);
    long offset = 0;
    do {
      long size = Math.min(rule.chunkBytes(), length - offset);
      boolean full = rows == maxRows || (rule.content() && bytes + size > maxBytes);
      if (rows > 0 && full) {
        close(table, object, offset);
      }
      rows++;
      bytes += size + rule.openCostBytes();
      offset += size;
    } while (offset < length);
  }

  /** Ends the split before this offset of an object. */
  private void close(ObjectTable table, int object, long offset) {
    if (rows > 0) {
      int end = offset == 0 ? object : object + 1;
      long endOffset = offset == 0 ? table.length(object - 1) : offset;
      splits.add(
          new S3dlioInputPartition(table, first, firstOffset, end, endOffset, rule.chunkBytes()));
    }
    first = object;
    firstOffset = offset;
    rows = 0;
    bytes = 0;
  }
}
