package io.s3dlio.spark.write.encode;

import io.s3dlio.spark.config.SampleAxis;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/** Collects a column's values of one file as an array. Not thread-safe. */
final class ArrayColumn {
  private final EncodedColumn column;
  private final SampleValues values;
  private final SampleAxis axis;
  private final ArrayBytes bytes = new ArrayBytes();

  /** What the file's first row has, and all others have to have. */
  private @Nullable Sample sample;

  private long rows;

  /**
   * What all values of a file have in common.
   *
   * @param descr the type of the elements, as NumPy writes it
   * @param itemSize how many bytes an element has
   */
  record Sample(String descr, int itemSize, List<Long> shape) {
    Sample {
      shape = List.copyOf(shape);
    }

    /**
     * Returns how many elements it has.
     *
     * @throws ArithmeticException if that is no number of 64 bits
     */
    long elements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    @Override
    public String toString() {
      return "%s of shape %s".formatted(descr, shape);
    }
  }

  ArrayColumn(EncodedColumn column, SampleValues values, SampleAxis axis) {
    this.column = column;
    this.values = values;
    this.axis = axis;
  }

  void clear() {
    bytes.clear();
    values.clear();
    sample = null;
    rows = 0;
  }

  void add(InternalRow row) throws InvalidRowException {
    if (row.isNullAt(column.ordinal())) {
      throw new InvalidRowException(column.name(), "is null, and arrays have no nulls");
    }
    Sample added;
    try {
      added = values.add(row, column.ordinal(), bytes);
    } catch (SampleValues.InvalidSampleException e) {
      throw new InvalidRowException(column.name(), String.valueOf(e.getMessage()));
    }
    if (sample == null) {
      sample = added;
    } else if (!sample.equals(added)) {
      throw new InvalidRowException(
          column.name(),
          "is %s, but %s in the file's first row; an array's samples are alike"
              .formatted(added, sample));
    }
    rows++;
  }

  String name() {
    return column.name();
  }

  /** Returns how many bytes the array has. */
  long length() {
    return values.length(bytes, rows);
  }

  /** Returns the type of the elements, as NumPy writes it. */
  String descr() {
    return values.descr(sample());
  }

  long[] shape() {
    List<Long> shape = new ArrayList<>(sample().shape());
    shape.add(axis == SampleAxis.FIRST ? 0 : shape.size(), rows);
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  private Sample sample() {
    return Objects.requireNonNull(sample, "no row was added");
  }

  /** Writes the array's elements in C order. */
  void writeTo(OutputStream target) throws IOException {
    long elements = sample().elements();
    if (axis == SampleAxis.FIRST || elements == 1) {
      values.writeTo(bytes, target);
    } else {
      writeTransposed(Math.toIntExact(elements), target);
    }
  }

  /** Writes the first element of every sample, then the second of every one. */
  private void writeTransposed(int elements, OutputStream target) throws IOException {
    int size = sample().itemSize();
    byte[] line = new byte[Math.toIntExact(rows * size)];
    for (int element = 0; element < elements; element++) {
      for (int row = 0; row < rows; row++) {
        bytes.copy(((long) row * elements + element) * size, line, row * size, size);
      }
      target.write(line);
    }
  }
}
