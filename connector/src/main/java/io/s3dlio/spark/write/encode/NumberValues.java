package io.s3dlio.spark.write.encode;

import io.s3dlio.spark.write.encode.ArrayColumn.Sample;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;

/** Takes numbers and booleans, and arrays of them that have one shape, however deep. */
final class NumberValues implements SampleValues {
  private static final long UNKNOWN = -1;

  private final Kind kind;

  /** Of the value that is being added: as deep as the type's arrays are. */
  private final long[] shape;

  private final long[] lastShape;
  private Sample last;

  /** A type of NumPy's. */
  private record Kind(String descr, int itemSize, Element element) {
    /** Puts one value. */
    @FunctionalInterface
    interface Element {
      void put(SpecializedGetters from, int ordinal, ArrayBytes to);
    }

    static Optional<Kind> of(DataType type) {
      Kind kind = null;
      if (type instanceof BooleanType) {
        kind = new Kind("|b1", 1, (from, i, to) -> to.putByte((byte) (from.getBoolean(i) ? 1 : 0)));
      } else if (type instanceof ByteType) {
        kind = new Kind("|i1", Byte.BYTES, (from, i, to) -> to.putByte(from.getByte(i)));
      } else if (type instanceof ShortType) {
        kind = new Kind("<i2", Short.BYTES, (from, i, to) -> to.putShort(from.getShort(i)));
      } else if (type instanceof IntegerType) {
        kind = new Kind("<i4", Integer.BYTES, (from, i, to) -> to.putInt(from.getInt(i)));
      } else if (type instanceof LongType) {
        kind = new Kind("<i8", Long.BYTES, (from, i, to) -> to.putLong(from.getLong(i)));
      } else if (type instanceof FloatType) {
        kind = new Kind("<f4", Float.BYTES, (from, i, to) -> to.putFloat(from.getFloat(i)));
      } else if (type instanceof DoubleType) {
        kind = new Kind("<f8", Double.BYTES, (from, i, to) -> to.putDouble(from.getDouble(i)));
      }
      return Optional.ofNullable(kind);
    }
  }

  private NumberValues(Kind kind, int depth) {
    this.kind = kind;
    this.shape = new long[depth];
    this.lastShape = new long[depth];
    this.last = sample();
  }

  private Sample sample() {
    return new Sample(kind.descr(), kind.itemSize(), Arrays.stream(shape).boxed().toList());
  }

  static Optional<SampleValues> of(DataType type) {
    int depth = 0;
    DataType element = type;
    while (element instanceof ArrayType array) {
      element = array.elementType();
      depth++;
    }
    int arrays = depth;
    return Kind.of(element).map(kind -> new NumberValues(kind, arrays));
  }

  @Override
  public Sample add(SpecializedGetters from, int ordinal, ArrayBytes to)
      throws InvalidSampleException {
    Arrays.fill(shape, UNKNOWN);
    add(from, ordinal, 0, to);
    // Below an array of no elements nobody can tell how long the others would be.
    for (int i = 0; i < shape.length; i++) {
      shape[i] = Math.max(0, shape[i]);
    }
    if (!Arrays.equals(shape, lastShape)) {
      System.arraycopy(shape, 0, lastShape, 0, shape.length);
      last = sample();
    }
    return last;
  }

  private void add(SpecializedGetters from, int ordinal, int depth, ArrayBytes to)
      throws InvalidSampleException {
    if (depth == shape.length) {
      kind.element().put(from, ordinal, to);
      return;
    }
    ArrayData elements = from.getArray(ordinal);
    int count = elements.numElements();
    if (shape[depth] == UNKNOWN) {
      shape[depth] = count;
    } else if (shape[depth] != count) {
      throw new InvalidSampleException(
          "holds arrays of %d and of %d elements; a sample is rectangular"
              .formatted(shape[depth], count));
    }
    for (int i = 0; i < count; i++) {
      if (elements.isNullAt(i)) {
        throw new InvalidSampleException("holds null at index %d".formatted(i));
      }
      add(elements, i, depth + 1, to);
    }
  }
}
