package io.s3dlio.spark.read;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** An aggregate, as far as objects were added to it. For one thread. */
interface Aggregate {
  DataType type();

  /**
   * @param rows how many rows the object is, one at least
   * @throws ArithmeticException if a sum does not fit
   */
  void add(ObjectTable objects, int object, long rows);

  /** Returns what Spark keeps in a row; null where SQL says so. */
  @Nullable Object value();

  /** How many rows there are that have a value. */
  final class Rows implements Aggregate {
    private final Operand.OfNull missing;
    private long count;

    Rows(Operand.OfNull missing) {
      this.missing = missing;
    }

    @Override
    public DataType type() {
      return DataTypes.LongType;
    }

    @Override
    public void add(ObjectTable objects, int object, long rows) {
      count += missing.of(objects, object) ? 0 : rows;
    }

    @Override
    public Object value() {
      return count;
    }
  }

  /** The sum of a number. */
  final class Total implements Aggregate {
    private final Operand.Numeric number;
    private boolean any;
    private long total;

    Total(Operand.Numeric number) {
      this.number = number;
    }

    @Override
    public DataType type() {
      return number.type();
    }

    @Override
    public void add(ObjectTable objects, int object, long rows) {
      if (number.missing().of(objects, object)) {
        return;
      }
      any = true;
      total = Math.addExact(total, Math.multiplyExact(number.value().of(objects, object), rows));
    }

    @Override
    public @Nullable Object value() {
      return any ? total : null;
    }
  }

  /** The least or the greatest number. */
  final class ExtremeNumber implements Aggregate {
    private final Operand.Numeric number;
    private final int sign;
    private boolean any;
    private long extreme;

    /**
     * @param sign 1 for the greatest, -1 for the least
     */
    ExtremeNumber(Operand.Numeric number, int sign) {
      this.number = number;
      this.sign = sign;
    }

    @Override
    public DataType type() {
      return number.type();
    }

    @Override
    public void add(ObjectTable objects, int object, long rows) {
      if (number.missing().of(objects, object)) {
        return;
      }
      long value = number.value().of(objects, object);
      if (!any || Long.compare(value, extreme) * sign > 0) {
        any = true;
        extreme = value;
      }
    }

    @Override
    public @Nullable Object value() {
      return any ? number.inSpark(extreme) : null;
    }
  }

  /** The first or the last text, by its bytes. */
  final class ExtremeText implements Aggregate {
    private final Operand.Textual text;
    private final int sign;
    private @Nullable UTF8String extreme;

    /**
     * @param sign 1 for the last, -1 for the first
     */
    ExtremeText(Operand.Textual text, int sign) {
      this.text = text;
      this.sign = sign;
    }

    @Override
    public DataType type() {
      return text.type();
    }

    @Override
    public void add(ObjectTable objects, int object, long rows) {
      if (text.missing().of(objects, object)) {
        return;
      }
      UTF8String value = text.value().of(objects, object);
      if (extreme == null || Integer.signum(value.binaryCompare(extreme)) * sign > 0) {
        extreme = value;
      }
    }

    @Override
    public @Nullable Object value() {
      return extreme;
    }
  }
}
