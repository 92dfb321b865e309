package io.s3dlio.spark.write.encode;

import io.s3dlio.format.TfExampleWriter;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;

/** Writes a value as a {@code tf.train.Feature}, or as a list of them. */
@FunctionalInterface
interface FeatureEncoder {
  /**
   * @param from holds a value there that is not null
   * @throws NullElementException if there is a null in it
   */
  void write(SpecializedGetters from, int ordinal, TfExampleWriter to) throws NullElementException;

  /** An array holds a null, for which TensorFlow has nothing. */
  final class NullElementException extends Exception {
    private static final long serialVersionUID = 1L;

    NullElementException(int index) {
      super("holds null at index " + index);
    }
  }

  /** Returns what writes values of this type, if they are a feature. */
  static Optional<FeatureEncoder> feature(DataType type) {
    DataType element = type instanceof ArrayType array ? array.elementType() : type;
    return Value.of(element).map(value -> type instanceof ArrayType ? list(value) : scalar(value));
  }

  /** Returns what writes values of this type, if they are a list of features. */
  static Optional<FeatureEncoder> featureList(DataType type) {
    return isNested(type)
        ? feature(((ArrayType) type).elementType()).map(FeatureEncoder::featureList)
        : Optional.empty();
  }

  /** Returns whether values are arrays of arrays. */
  static boolean isNested(DataType type) {
    return type instanceof ArrayType array && array.elementType() instanceof ArrayType;
  }

  private static FeatureEncoder scalar(Value value) {
    return (from, ordinal, to) -> {
      int mark = to.length();
      value.element().write(from, ordinal, to);
      value.list().end(to, mark);
    };
  }

  private static FeatureEncoder list(Value value) {
    return (from, ordinal, to) -> {
      ArrayData elements = from.getArray(ordinal);
      int mark = to.length();
      for (int i = elements.numElements() - 1; i >= 0; i--) {
        requireElement(elements, i);
        value.element().write(elements, i, to);
      }
      value.list().end(to, mark);
    };
  }

  private static FeatureEncoder featureList(FeatureEncoder feature) {
    return (from, ordinal, to) -> {
      ArrayData elements = from.getArray(ordinal);
      for (int i = elements.numElements() - 1; i >= 0; i--) {
        requireElement(elements, i);
        int mark = to.length();
        feature.write(elements, i, to);
        to.inFeatureList(mark);
      }
    };
  }

  private static void requireElement(ArrayData elements, int index) throws NullElementException {
    if (elements.isNullAt(index)) {
      throw new NullElementException(index);
    }
  }

  /** How single values are written, and what kind of list they make. */
  record Value(Element element, ListEnd list) {
    /** Writes one value. */
    @FunctionalInterface
    interface Element {
      void write(SpecializedGetters from, int ordinal, TfExampleWriter to);
    }

    /** Makes the values since a mark a feature. */
    @FunctionalInterface
    interface ListEnd {
      void end(TfExampleWriter to, int mark);
    }

    static Optional<Value> of(DataType type) {
      if (type instanceof BooleanType) {
        return int64((from, i, to) -> to.int64(from.getBoolean(i) ? 1 : 0));
      }
      if (type instanceof ByteType) {
        return int64((from, i, to) -> to.int64(from.getByte(i)));
      }
      if (type instanceof ShortType) {
        return int64((from, i, to) -> to.int64(from.getShort(i)));
      }
      if (type instanceof IntegerType) {
        return int64((from, i, to) -> to.int64(from.getInt(i)));
      }
      if (type instanceof LongType) {
        return int64((from, i, to) -> to.int64(from.getLong(i)));
      }
      if (type instanceof FloatType) {
        return float32((from, i, to) -> to.float32(from.getFloat(i)));
      }
      if (type instanceof DoubleType) {
        return float32((from, i, to) -> to.float32((float) from.getDouble(i)));
      }
      if (type instanceof DecimalType decimal) {
        return float32(
            (from, i, to) ->
                to.float32(
                    from.getDecimal(i, decimal.precision(), decimal.scale())
                        .toJavaBigDecimal()
                        .floatValue()));
      }
      if (type instanceof StringType) {
        return bytes((from, i, to) -> to.bytes(from.getUTF8String(i).getByteBuffer()));
      }
      if (type instanceof BinaryType) {
        return bytes((from, i, to) -> to.bytes(from.getBinary(i)));
      }
      return Optional.empty();
    }

    private static Optional<Value> int64(Element element) {
      return Optional.of(new Value(element, TfExampleWriter::int64List));
    }

    private static Optional<Value> float32(Element element) {
      return Optional.of(new Value(element, TfExampleWriter::floatList));
    }

    private static Optional<Value> bytes(Element element) {
      return Optional.of(new Value(element, TfExampleWriter::bytesList));
    }
  }
}
