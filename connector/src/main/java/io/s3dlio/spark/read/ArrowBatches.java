package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.buffer.BufferLease;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Makes Spark's columnar batches. Content is not copied: the memory that it was read into becomes
 * the vector's, and comes back when the vector is freed. Every batch has vectors of its own, since
 * consumers free them or keep them as they like.
 */
final class ArrowBatches {
  private final List<String> columns;
  private final boolean large;
  private final BufferAllocator allocator;

  /**
   * @param large whether vectors of strings and bytes have 64-bit offsets
   */
  ArrowBatches(List<String> columns, boolean large, BufferAllocator allocator) {
    this.columns = columns;
    this.large = large;
    this.allocator = allocator;
  }

  /** Makes a batch and takes over the content's memory, also if it fails. */
  ColumnarBatch inArrow(LoadedBatch batch) {
    return batch(batch, () -> arrowContent(batch));
  }

  /** Makes a batch with the content on the heap, and gives its memory back. */
  ColumnarBatch onHeap(LoadedBatch batch) {
    try (batch) {
      return batch(batch, () -> heapContent(batch));
    }
  }
}
