package io.s3dlio.spark.read.tfrecord;

import io.s3dlio.format.TfValues;
import io.s3dlio.format.TfValues.Kind;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** Makes of a feature what Spark keeps in a column. */
@FunctionalInterface
interface FeatureConverter {
  /** Returns null for a scalar without a value. */
  @Nullable Object convert(TfValues feature) throws MisfitException;

  /** Returns what converts features to values of this type, if a feature can be such. */
  static Optional<FeatureConverter> of(DataType type) {
    return type instanceof ArrayType array
        ? Values.of(array.elementType()).map(FeatureConverter::array)
        : Values.of(type).map(FeatureConverter::scalar);
  }

  private static FeatureConverter scalar(Values values) {
    return feature -> {
      if (feature.count() > 1) {
        throw new MisfitException(
            "it has %d values (an ARRAY has many)".formatted(feature.count()));
      }
      values.requireKind(feature);
      return feature.count() == 0 ? null : values.one().get(feature, 0);
    };
  }

  private static FeatureConverter array(Values values) {
    return feature -> {
      values.requireKind(feature);
      return values.all().get(feature);
    };
  }

  /** Returns a list of features as an array. */
  static ArrayData list(List<TfValues> features, FeatureConverter each) throws MisfitException {
    @Nullable Object[] elements = new Object[features.size()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = each.convert(features.get(i));
    }
    return new GenericArrayData(elements);
  }

  /**
   * How values of a kind become those of a type.
   *
   * @param one of a single value
   * @param all of all of them
   */
  record Values(Kind kind, One one, All all) {
    /** Converts a value. */
    @FunctionalInterface
    interface One {
      Object get(TfValues feature, int index) throws MisfitException;
    }

    /** Converts all values. */
    @FunctionalInterface
    interface All {
      ArrayData get(TfValues feature) throws MisfitException;
    }

    void requireKind(TfValues feature) throws MisfitException {
      if (feature.kind() != kind && feature.kind() != Kind.NONE) {
        throw new MisfitException(
            "it has values of %s, not of %s".formatted(name(feature.kind()), name(kind)));
      }
    }

    private static String name(Kind kind) {
      return kind.name().toLowerCase(Locale.ROOT);
    }

    static Optional<Values> of(DataType type) {
      if (type instanceof LongType) {
        return values(
            Kind.INT64, TfValues::int64, f -> UnsafeArrayData.fromPrimitiveArray(f.int64s()));
      }
      if (type instanceof IntegerType) {
        return values(
            Kind.INT64,
            (f, i) -> (int) integer(f, i, Integer.MIN_VALUE, Integer.MAX_VALUE),
            Values::integers);
      }
      if (type instanceof ShortType) {
        return generic(
            Kind.INT64, (f, i) -> (short) integer(f, i, Short.MIN_VALUE, Short.MAX_VALUE));
      }
      if (type instanceof ByteType) {
        return generic(Kind.INT64, (f, i) -> (byte) integer(f, i, Byte.MIN_VALUE, Byte.MAX_VALUE));
      }
      if (type instanceof BooleanType) {
        return generic(Kind.INT64, (f, i) -> integer(f, i, 0, 1) == 1);
      }
      if (type instanceof FloatType) {
        return values(
            Kind.FLOAT, TfValues::float32, f -> UnsafeArrayData.fromPrimitiveArray(f.float32s()));
      }
      if (type instanceof DoubleType) {
        return values(Kind.FLOAT, (f, i) -> (double) f.float32(i), Values::doubles);
      }
      if (type instanceof DecimalType decimal) {
        return generic(Kind.FLOAT, (f, i) -> decimal(f.float32(i), decimal));
      }
      if (type instanceof StringType) {
        return generic(Kind.BYTES, (f, i) -> UTF8String.fromBytes(f.bytes(i)));
      }
      if (type instanceof BinaryType) {
        return generic(Kind.BYTES, TfValues::bytes);
      }
      return Optional.empty();
    }

    private static Optional<Values> values(Kind kind, One one, All all) {
      return Optional.of(new Values(kind, one, all));
    }

    private static Optional<Values> generic(Kind kind, One one) {
      return values(
          kind,
          one,
          feature -> {
            Object[] elements = new Object[feature.count()];
            for (int i = 0; i < elements.length; i++) {
              elements[i] = one.get(feature, i);
            }
            return new GenericArrayData(elements);
          });
    }

    private static long integer(TfValues feature, int index, long least, long most)
        throws MisfitException {
      long value = feature.int64(index);
      if (value < least || value > most) {
        throw new MisfitException(
            "its value %d is not within %d and %d".formatted(value, least, most));
      }
      return value;
    }

    private static ArrayData integers(TfValues feature) throws MisfitException {
      int[] elements = new int[feature.count()];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = (int) integer(feature, i, Integer.MIN_VALUE, Integer.MAX_VALUE);
      }
      return UnsafeArrayData.fromPrimitiveArray(elements);
    }

    private static ArrayData doubles(TfValues feature) {
      double[] elements = new double[feature.count()];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = feature.float32(i);
      }
      return UnsafeArrayData.fromPrimitiveArray(elements);
    }

    private static Decimal decimal(float value, DecimalType type) throws MisfitException {
      if (Float.isFinite(value)) {
        // The shortest text that is this float, as people see it.
        Decimal decimal = Decimal.apply(new BigDecimal(Float.toString(value)));
        if (decimal.changePrecision(type.precision(), type.scale())) {
          return decimal;
        }
      }
      throw new MisfitException("its value %s is no %s".formatted(value, type.sql()));
    }
  }
}
