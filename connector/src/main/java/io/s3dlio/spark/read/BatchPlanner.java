package io.s3dlio.spark.read;

import java.util.Optional;

/** Cuts the rows of a split into batches. Looks at sizes alone. */
final class BatchPlanner {
  private final ObjectTable objects;
  private final RowCursor rows;
  private final long chunkBytes;
  private final boolean content;
  private final BatchLimits limits;
  private boolean more;

  /**
   * @param content whether the content is read; without it every row counts as empty
   */
  BatchPlanner(S3dlioInputPartition split, boolean content, BatchLimits limits) {
    this.objects = split.objects();
    this.rows = split.rows();
    this.chunkBytes = split.chunkBytes();
    this.content = content;
    this.limits = limits;
    this.more = rows.next();
  }

  /** Returns the next batch, which has a row at least; empty after the last. */
  Optional<RowBatch> next() {
    if (!more) {
      return Optional.empty();
    }
    RowBatch.Builder batch = new RowBatch.Builder(objects, chunkBytes);
    long number = number();
    do {
      batch.add(rows.object(), rows.offset(), size());
      more = rows.next();
    } while (more && (limits.rows() > 0 ? number() == number : hasRoom(batch)));
    return Optional.of(batch.build());
  }

  /** Returns which batch the next row is in; 0 where bytes decide. */
  private long number() {
    return limits.rows() == 0
        ? 0
        : objects.row(rows.object(), rows.offset(), chunkBytes) / limits.rows();
  }

  private boolean hasRoom(RowBatch.Builder batch) {
    return batch.rows() < BatchLimits.MAX_ROWS && batch.bytes() + size() <= limits.maxBatchBytes();
  }

  private long size() {
    return content ? rows.size() : 0;
  }
}
