package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.buffer.BufferLease;
import java.util.ArrayList;
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
 * the vector's and comes back when the vector is freed. Every batch has vectors of its own, since
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
    boolean done = false;
    try {
      ColumnarBatch result = make(batch, false);
      done = true;
      return result;
    } finally {
      if (!done) {
        batch.close();
      }
    }
  }

  /** Makes a batch with its content on the heap and gives the content's memory back. */
  ColumnarBatch onHeap(LoadedBatch batch) {
    try (batch) {
      return make(batch, true);
    }
  }

  private ColumnarBatch make(LoadedBatch batch, boolean heap) {
    List<ColumnVector> vectors = new ArrayList<>(columns.size());
    boolean done = false;
    try {
      for (String column : columns) {
        boolean onHeap = heap && column.equals(ReadSchema.CONTENT);
        vectors.add(onHeap ? heapContent(batch) : new ArrowColumnVector(vector(column, batch)));
      }
      done = true;
      return new ColumnarBatch(vectors.toArray(new ColumnVector[0]), batch.rows().rows());
    } finally {
      if (!done) {
        vectors.forEach(ColumnVector::close);
      }
    }
  }

  private static HeapColumn heapContent(LoadedBatch batch) {
    byte[][] values = new byte[batch.rows().rows()][];
    for (int row = 0; row < values.length; row++) {
      values[row] = batch.copy(row);
    }
    return new HeapColumn(values);
  }

  private FieldVector vector(String column, LoadedBatch batch) {
    RowBatch rows = batch.rows();
    ObjectTable objects = rows.objects();
    return switch (column) {
      case ReadSchema.PATH -> strings(column, rows, row -> objects.path(rows.object(row)));
      case ReadSchema.MODIFICATION_TIME -> times(column, rows);
      case ReadSchema.LENGTH -> longs(column, rows, row -> objects.length(rows.object(row)));
      case ReadSchema.OFFSET -> longs(column, rows, rows::offset);
      case ReadSchema.CONTENT -> content(column, batch);
      case ReadSchema.ETAG ->
          strings(column, rows, row -> objects.etag(rows.object(row)).getBytes(UTF_8));
      default -> throw new IllegalArgumentException("There is no column " + column);
    };
  }

  private FieldVector longs(String name, RowBatch rows, IntToLongFunction value) {
    BigIntVector vector = new BigIntVector(name, allocator);
    return filled(
        vector,
        () -> {
          vector.allocateNew(rows.rows());
          for (int row = 0; row < rows.rows(); row++) {
            vector.set(row, value.applyAsLong(row));
          }
          vector.setValueCount(rows.rows());
        });
  }

  private FieldVector times(String name, RowBatch rows) {
    TimeStampMicroTZVector vector = new TimeStampMicroTZVector(name, allocator, "UTC");
    return filled(
        vector,
        () -> {
          vector.allocateNew(rows.rows());
          for (int row = 0; row < rows.rows(); row++) {
            vector.set(row, rows.objects().modified(rows.object(row)));
          }
          vector.setValueCount(rows.rows());
        });
  }

  private FieldVector strings(String name, RowBatch rows, IntFunction<byte[]> value) {
    byte[][] values = new byte[rows.rows()][];
    long bytes = 0;
    for (int row = 0; row < values.length; row++) {
      values[row] = value.apply(row);
      bytes += values[row].length;
    }
    FieldVector vector =
        large ? new LargeVarCharVector(name, allocator) : new VarCharVector(name, allocator);
    try (ArrowBuf data = allocator.buffer(bytes)) {
      long[] ends = new long[values.length];
      long end = 0;
      for (int row = 0; row < values.length; row++) {
        data.setBytes(end, values[row]);
        end += values[row].length;
        ends[row] = end;
      }
      data.writerIndex(end);
      load(vector, rows.rows(), row -> ends[row], data);
    }
    return vector;
  }

  private FieldVector content(String name, LoadedBatch batch) {
    RowBatch rows = batch.rows();
    FieldVector vector =
        large ? new LargeVarBinaryVector(name, allocator) : new VarBinaryVector(name, allocator);
    BufferLease memory = batch.memory();
    try (ArrowBuf data =
        memory == null
            ? allocator.getEmpty()
            : allocator.wrapForeignAllocation(new LeasedMemory(memory))) {
      load(vector, rows.rows(), rows::end, data);
    }
    return vector;
  }

  /** Gives a vector its buffers; it holds references of its own to them. */
  private void load(FieldVector vector, int rows, IntToLongFunction end, ArrowBuf data) {
    int width = large ? Long.BYTES : Integer.BYTES;
    try (ArrowBuf offsets = allocator.buffer((rows + 1L) * width)) {
      putOffset(offsets, 0, 0);
      for (int row = 0; row < rows; row++) {
        putOffset(offsets, row + 1, end.applyAsLong(row));
      }
      offsets.writerIndex((rows + 1L) * width);
      vector.loadFieldBuffers(
          new ArrowFieldNode(rows, 0), List.of(allocator.getEmpty(), offsets, data));
    }
  }

  private void putOffset(ArrowBuf offsets, long index, long value) {
    if (large) {
      offsets.setLong(index * Long.BYTES, value);
    } else {
      offsets.setInt(index * Integer.BYTES, Math.toIntExact(value));
    }
  }

  private static FieldVector filled(FieldVector vector, Runnable fill) {
    boolean done = false;
    try {
      fill.run();
      done = true;
      return vector;
    } finally {
      if (!done) {
        vector.close();
      }
    }
  }

  /** Memory of the buffer pool that Arrow gives back. */
  private static final class LeasedMemory extends ForeignAllocation {
    private final BufferLease lease;

    LeasedMemory(BufferLease lease) {
      super(lease.buffer().capacity(), MemoryUtil.getByteBufferAddress(lease.buffer()));
      this.lease = lease;
    }

    @Override
    protected void release0() {
      lease.close();
    }
  }
}
