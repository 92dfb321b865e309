package io.s3dlio.spark.write.encode;

import io.s3dlio.spark.write.encode.ArrayColumn.Sample;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;

/** Takes values of one Spark type as the samples of an array. */
interface SampleValues {
  /**
   * Adds a value that is not null.
   *
   * @return what it is
   */
  Sample add(SpecializedGetters from, int ordinal, ArrayBytes to) throws InvalidSampleException;

  /** Forgets the file before. */
  default void clear() {}

  /** Returns how many bytes the array has. */
  default long length(ArrayBytes bytes, long rows) {
    return bytes.length();
  }

  /** Returns the type of the elements, as NumPy writes it. */
  default String descr(Sample sample) {
    return sample.descr();
  }

  /** Writes the array, its samples one after the other. */
  default void writeTo(ArrayBytes bytes, OutputStream target) throws IOException {
    bytes.writeTo(target);
  }

  /** A value is no sample. */
  final class InvalidSampleException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidSampleException(String reason) {
      super(reason);
    }
  }

  /** Returns what takes values of this type, if there is such. */
  static Optional<SampleValues> of(DataType type) {
    if (type instanceof BinaryType) {
      return Optional.of(new BinaryValues());
    }
    if (type instanceof StringType) {
      return Optional.of(new TextValues());
    }
    if (TensorValues.isTensor(type)) {
      return Optional.of(new TensorValues());
    }
    return NumberValues.of(type);
  }
}
