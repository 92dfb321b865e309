package io.s3dlio.spark.write.encode;

import io.s3dlio.format.NpyDtype;
import io.s3dlio.spark.write.encode.ArrayColumn.Sample;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Takes tensors as reading gives them: {@code struct<dtype string, shape array<bigint>, data
 * binary>}, little-endian and in C order.
 */
final class TensorValues implements SampleValues {
  private static final int FIELDS = 3;
  private static final int DTYPE = 0;
  private static final int SHAPE = 1;
  private static final int DATA = 2;

  private Sample last = new Sample("", 0, List.of());
  private String lastDtype = "";
  private long[] lastShape = new long[0];

  /** Returns whether a column's values are tensors. */
  static boolean isTensor(DataType type) {
    if (!(type instanceof StructType struct) || struct.length() != FIELDS) {
      return false;
    }
    StructField[] fields = struct.fields();
    return fields[DTYPE].name().equalsIgnoreCase("dtype")
        && fields[DTYPE].dataType() instanceof StringType
        && fields[SHAPE].name().equalsIgnoreCase("shape")
        && fields[SHAPE].dataType() instanceof ArrayType shape
        && shape.elementType() instanceof LongType
        && fields[DATA].name().equalsIgnoreCase("data")
        && fields[DATA].dataType() instanceof BinaryType;
  }

  @Override
  public Sample add(SpecializedGetters from, int ordinal, ArrayBytes to)
      throws InvalidSampleException {
    InternalRow tensor = from.getStruct(ordinal, FIELDS);
    for (int i = 0; i < FIELDS; i++) {
      if (tensor.isNullAt(i)) {
        throw new InvalidSampleException("has no dtype, shape or data: one of them is null");
      }
    }
    String dtype = tensor.getUTF8String(DTYPE).toString();
    long[] shape = tensor.getArray(SHAPE).toLongArray();
    if (!dtype.equals(lastDtype) || !Arrays.equals(shape, lastShape)) {
      last = sample(dtype, shape);
      lastDtype = dtype;
      lastShape = shape;
    }
    byte[] data = tensor.getBinary(DATA);
    if (data.length != length(last)) {
      throw new InvalidSampleException(
          "has %d bytes of data, but %s has %d".formatted(data.length, last, length(last)));
    }
    to.put(data);
    return last;
  }

  private static Sample sample(String dtype, long[] shape) throws InvalidSampleException {
    NpyDtype type;
    try {
      type = NpyDtype.parse(dtype);
    } catch (IllegalArgumentException e) {
      throw new InvalidSampleException("has the dtype '%s': %s".formatted(dtype, e.getMessage()));
    }
    if (type.bigEndian()) {
      throw new InvalidSampleException(
          "has the dtype '%s', but tensors are little-endian".formatted(dtype));
    }
    Sample sample =
        new Sample(type.littleEndianName(), type.itemSize(), Arrays.stream(shape).boxed().toList());
    if (Arrays.stream(shape).anyMatch(size -> size < 0) || length(sample) < 0) {
      throw new InvalidSampleException("has an impossible shape: " + sample);
    }
    return sample;
  }

  /** Returns how many bytes a sample has; less than 0 if no data have so many. */
  private static long length(Sample sample) {
    try {
      return Math.multiplyExact(sample.elements(), sample.itemSize());
    } catch (ArithmeticException e) {
      return -1;
    }
  }
}
