package io.s3dlio.spark.read;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.SegmentLease;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose content has arrived. Whoever has it closes it or hands its memory on.
 *
 * @param rows the rows
 * @param memory their content; null if there is not a byte of it
 */
record LoadedBatch(RowBatch rows, @Nullable BufferLease memory) implements AutoCloseable {
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
