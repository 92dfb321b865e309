package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.buffer.BufferLease;
import java.util.ArrayList;
import java.util.BitSet;
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
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * Makes Spark's columnar batches. Content is not copied: the memory that it was read into becomes
 * the vector's and comes back when the vector is freed. Every batch has vectors of its own, since
 * consumers free them or keep them as they like.
 */
final class ArrowBatches {
  private final List<String> columns;
  private final ObjectMetadata metadata;
  private final int batchRows;
  private final PartitionVectors partitions;

  /** Whether vectors of strings and bytes have 64-bit offsets. */
  private final boolean large;

  private final BufferAllocator allocator;

  ArrowBatches(ReaderConfig config, BufferAllocator allocator) {
    this.columns = config.columns();
    this.metadata = config.metadata();
    this.batchRows = config.batches().rows();
    this.large = config.largeVarTypes();
    this.allocator = allocator;
    this.partitions = new PartitionVectors(config, allocator);
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
    // The columns hold references of their own to it.
    try (ArrowBuf content = heap ? allocator.getEmpty() : content(batch)) {
      for (String column : columns) {
        vectors.add(
            heap && holdsContent(column, batch)
                ? onHeap(column, batch)
                : new ArrowColumnVector(vector(column, batch, content)));
      }
      done = true;
      return new ColumnarBatch(vectors.toArray(new ColumnVector[0]), batch.rows().rows());
    } finally {
      if (!done) {
        vectors.forEach(ColumnVector::close);
      }
    }
  }

  /** Returns how many bytes of content are Arrow's until the batch is freed. */
  int bytesOf(LoadedBatch batch) {
    boolean any = columns.stream().anyMatch(column -> holdsContent(column, batch));
    return any ? batch.rows().bytes() : 0;
  }

  private static boolean holdsContent(String column, LoadedBatch batch) {
    return column.equals(batch.hasArrays() ? ArrayDecoding.DATA : ReadSchema.CONTENT)
        || (column.equals(ReadSchema.CONTENT_REF) && ContentRef.isInline(batch));
  }

  private static ColumnVector onHeap(String column, LoadedBatch batch) {
    byte[][] values = new byte[batch.rows().rows()][];
    for (int row = 0; row < values.length; row++) {
      values[row] = batch.copy(row);
    }
    return column.equals(ReadSchema.CONTENT_REF)
        ? ContentRef.column(values)
        : new HeapColumn(values);
  }

  private FieldVector vector(String column, LoadedBatch batch, ArrowBuf content) {
    RowBatch rows = batch.rows();
    ObjectTable objects = rows.objects();
    return switch (column) {
      case ReadSchema.PATH -> strings(text(column), rows, row -> objects.path(rows.object(row)));
      case ReadSchema.MODIFICATION_TIME ->
          times(timestamps(column), rows, row -> objects.modified(rows.object(row)));
      case ReadSchema.LENGTH ->
          longs(integers(column), rows, row -> objects.length(rows.object(row)));
      case ReadSchema.OFFSET -> longs(integers(column), rows, rows::offset);
      case ReadSchema.BATCH -> longs(integers(column), rows, row -> rows.number(row) / batchRows);
      case ReadSchema.CONTENT -> loaded(binary(column), rows, content);
      case ReadSchema.METADATA -> metadata(column, rows);
      case ReadSchema.PARENT ->
          strings(text(column), rows, row -> ObjectMetadata.parent(objects.path(rows.object(row))));
      case ReadSchema.CONTENT_REF -> refs(column, batch, content);
      case ReadSchema.ETAG ->
          strings(text(column), rows, row -> objects.etag(rows.object(row)).getBytes(UTF_8));
      default ->
          batch.hasArrays() && ArrayDecoding.isColumn(column)
              ? vector(column, rows, batch.arrays(), content)
              : partitions.vector(column, rows);
    };
  }

  private FieldVector vector(
      String column, RowBatch rows, List<ArrayRow> arrays, ArrowBuf content) {
    return switch (column) {
      case ArrayDecoding.NAME -> {
        FieldVector names = text(column);
        nullable(names, rows, row -> bytes(arrays.get(row).name()));
        yield names;
      }
      case ArrayDecoding.DTYPE ->
          strings(text(column), rows, row -> arrays.get(row).dtype().getBytes(UTF_8));
      case ArrayDecoding.SHAPE -> shapes(column, arrays);
      case ArrayDecoding.DATA -> loaded(binary(column), rows, content);
      case ArrayDecoding.INDEX -> longs(integers(column), rows, row -> arrays.get(row).index());
      default -> throw new IllegalArgumentException("There is no column " + column);
    };
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  private FieldVector shapes(String name, List<ArrayRow> arrays) {
    ListVector shapes = ListVector.empty(name, allocator);
    return filled(
        shapes,
        () -> {
          UnionListWriter writer = shapes.getWriter();
          for (int row = 0; row < arrays.size(); row++) {
            writer.setPosition(row);
            writer.startList();
            for (long length : arrays.get(row).shape()) {
              writer.bigInt().writeBigInt(length);
            }
            writer.endList();
          }
          shapes.setValueCount(arrays.size());
        });
  }

  private static BigIntVector longs(BigIntVector vector, RowBatch rows, IntToLongFunction value) {
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

  private static FieldVector times(
      TimeStampMicroTZVector vector, RowBatch rows, IntToLongFunction value) {
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

  private FieldVector strings(FieldVector vector, RowBatch rows, IntFunction<byte[]> value) {
    byte[][] values = new byte[rows.rows()][];
    long bytes = 0;
    for (int row = 0; row < values.length; row++) {
      values[row] = value.apply(row);
      bytes += values[row].length;
    }
    try (ArrowBuf data = allocator.buffer(bytes)) {
      long[] ends = new long[values.length];
      long end = 0;
      for (int row = 0; row < values.length; row++) {
        data.setBytes(end, values[row]);
        end += values[row].length;
        ends[row] = end;
      }
      data.writerIndex(end);
      return filled(vector, () -> load(vector, rows.rows(), row -> ends[row], data));
    }
  }

  /** Makes a vector of strings of which some may be null. */
  private void nullable(FieldVector vector, RowBatch rows, IntFunction<byte @Nullable []> value) {
    byte[][] values = new byte[rows.rows()][];
    BitSet missing = new BitSet();
    for (int row = 0; row < values.length; row++) {
      byte[] text = value.apply(row);
      missing.set(row, text == null);
      values[row] = text == null ? new byte[0] : text;
    }
    strings(vector, rows, row -> values[row]);
    missing.stream().forEach(vector::setNull);
  }

  private FieldVector metadata(String name, RowBatch rows) {
    StructVector struct = StructVector.empty(name, allocator);
    return filled(
        struct,
        () -> {
          for (String field : metadata.fields()) {
            DataType type = ObjectMetadata.type(field);
            IntToLongFunction number = row -> ObjectMetadata.number(field, rows, row);
            if (type.equals(DataTypes.StringType)) {
              nullable(
                  child(struct, field, text(field)), rows, row -> metadata.text(field, rows, row));
            } else if (type.equals(DataTypes.TimestampType)) {
              times(child(struct, field, timestamps(field)), rows, number);
            } else {
              longs(child(struct, field, integers(field)), rows, number);
            }
          }
          struct.loadFieldBuffers(
              new ArrowFieldNode(rows.rows(), 0), List.of(allocator.getEmpty()));
        });
  }

  private ArrowBuf content(LoadedBatch batch) {
    BufferLease memory = batch.memory();
    return memory == null
        ? allocator.getEmpty()
        : allocator.wrapForeignAllocation(new LeasedMemory(memory));
  }

  /** Makes references: a struct of vectors of its own. */
  private FieldVector refs(String name, LoadedBatch batch, ArrowBuf content) {
    RowBatch rows = batch.rows();
    StructVector refs = StructVector.empty(name, allocator);
    return filled(
        refs,
        () -> {
          FieldVector segment = child(refs, ContentRef.SEGMENT, text(ContentRef.SEGMENT));
          BigIntVector offset = child(refs, ContentRef.OFFSET, integers(ContentRef.OFFSET));
          BigIntVector length = child(refs, ContentRef.LENGTH, integers(ContentRef.LENGTH));
          BigIntVector stamp = child(refs, ContentRef.STAMP, integers(ContentRef.STAMP));
          FieldVector inline = child(refs, ContentRef.INLINE, binary(ContentRef.INLINE));
          if (ContentRef.isInline(batch)) {
            nulls(segment, rows.rows());
            loaded(inline, rows, content);
          } else {
            strings(segment, rows, row -> ContentRef.segment(batch, row));
            nulls(inline, rows.rows());
          }
          longs(offset, rows, row -> ContentRef.offset(batch, row));
          longs(length, rows, rows::length);
          longs(stamp, rows, row -> ContentRef.stamp(batch, row));
          refs.loadFieldBuffers(new ArrowFieldNode(rows.rows(), 0), List.of(allocator.getEmpty()));
        });
  }

  /** Makes a vector like the model a child of a struct. */
  private static <T extends FieldVector> T child(StructVector parent, String name, T model) {
    try (model) {
      @SuppressWarnings("unchecked")
      Class<T> type = (Class<T>) model.getClass();
      return parent.addOrGet(name, model.getField().getFieldType(), type);
    }
  }

  private static void nulls(FieldVector vector, int rows) {
    vector.setInitialCapacity(rows);
    vector.allocateNew();
    vector.setValueCount(rows);
  }

  private TimeStampMicroTZVector timestamps(String name) {
    return new TimeStampMicroTZVector(name, allocator, "UTC");
  }

  private BigIntVector integers(String name) {
    return new BigIntVector(name, allocator);
  }

  private FieldVector text(String name) {
    return large ? new LargeVarCharVector(name, allocator) : new VarCharVector(name, allocator);
  }

  private FieldVector binary(String name) {
    return large ? new LargeVarBinaryVector(name, allocator) : new VarBinaryVector(name, allocator);
  }

  private FieldVector loaded(FieldVector vector, RowBatch rows, ArrowBuf content) {
    return filled(vector, () -> load(vector, rows.rows(), rows::end, content));
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

  private static <T extends FieldVector> T filled(T vector, Runnable fill) {
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
