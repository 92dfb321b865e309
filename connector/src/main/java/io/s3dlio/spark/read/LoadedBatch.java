package io.s3dlio.spark.read;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.SegmentLease;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose content has arrived. Whoever has it closes it or hands its memory on.
 *
 * @param rows the rows
 * @param memory their content, or their data; null if there is not a byte of it
 * @param arrays what rows of arrays say besides; none for rows of content
 */
record LoadedBatch(RowBatch rows, @Nullable BufferLease memory, List<ArrayRow> arrays)
    implements AutoCloseable {
  LoadedBatch(RowBatch rows, @Nullable BufferLease memory) {
    this(rows, memory, List.of());
  }

  /** Returns whether rows are of arrays. */
  boolean hasArrays() {
    return !arrays.isEmpty();
  }

  /** Returns the memory if Python can map it. */
  Optional<SegmentLease> segment() {
    return memory instanceof SegmentLease segment ? Optional.of(segment) : Optional.empty();
  }

  /** Returns a copy of a row's content. */
  byte[] copy(int row) {
    byte[] content = new byte[rows.size(row)];
    if (memory != null) {
      ByteBuffer buffer = memory.buffer();
      buffer.get(rows.start(row), content);
    }
    return content;
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
    }
  }
}
