package io.s3dlio.spark.read;

import java.util.Optional;

/** Cuts the rows of a split into batches. Looks at sizes alone. */
final class BatchPlanner {
  private final ObjectTable objects;
  private final RowCursor rows;
  private final long chunkBytes;
  private final boolean content;
  private final long maxBytes;
  private boolean more;

  /**
   * @param content whether the content is read; without it every row counts as empty
   */
  BatchPlanner(S3dlioInputPartition split, boolean content, long maxBytes) {
    this.objects = split.objects();
    this.rows = split.rows();
    this.chunkBytes = split.chunkBytes();
    this.content = content;
    this.maxBytes = maxBytes;
    this.more = rows.next();
  }

  /** Returns the next batch, which has a row at least; empty after the last. */
  Optional<RowBatch> next() {
    if (!more) {
      return Optional.empty();
    }
    RowBatch.Builder batch = new RowBatch.Builder(objects, chunkBytes);
    do {
      batch.add(rows.object(), rows.offset(), size());
      more = rows.next();
    } while (more && batch.rows() < BatchLimits.MAX_ROWS && batch.bytes() + size() <= maxBytes);
    return Optional.of(batch.build());
  }

  private long size() {
    return content ? rows.size() : 0;
  }
}
