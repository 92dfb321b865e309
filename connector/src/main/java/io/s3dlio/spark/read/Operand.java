package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.GeneralScalarExpression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** A value of an expression: a column of the listing, or a literal. */
sealed interface Operand {
  DataType type();

  /** Returns which objects have no value; {@link OfNull#NEVER} where all have one. */
  OfNull missing();

  /** Returns what Spark keeps of an object's value, null if it has none. */
  @Nullable Object inSpark(ObjectTable objects, int object);

  /**
   * A number, a time in microseconds or a date in days since 1970, or a boolean, 1 for true. Of
   * objects that have a value.
   */
  record Numeric(DataType type, OfNumber value, OfNull missing) implements Operand {
    /** Returns what Spark keeps of a number. */
    Object inSpark(long number) {
      if (type.equals(DataTypes.BooleanType)) {
        return number != 0;
      }
      if (type.equals(DataTypes.ByteType)) {
        return (byte) number;
      }
      if (type.equals(DataTypes.ShortType)) {
        return (short) number;
      }
      if (type.equals(DataTypes.IntegerType) || type.equals(DataTypes.DateType)) {
        return Math.toIntExact(number);
      }
      return number;
    }

    @Override
    public @Nullable Object inSpark(ObjectTable objects, int object) {
      return missing.of(objects, object) ? null : inSpark(value.of(objects, object));
    }
  }

  /** Text, which is compared by its bytes. Of objects that have a value. */
  record Textual(OfText value, OfNull missing) implements Operand {
    @Override
    public DataType type() {
      return DataTypes.StringType;
    }

    @Override
    public @Nullable Object inSpark(ObjectTable objects, int object) {
      return missing.of(objects, object) ? null : value.of(objects, object);
    }
  }

  /** A literal null. */
  record Null(DataType type) implements Operand {
    @Override
    public OfNull missing() {
      return (objects, object) -> true;
    }

    @Override
    public @Nullable Object inSpark(ObjectTable objects, int object) {
      return null;
    }
  }

  /** Whether an object has no value. */
  @FunctionalInterface
  interface OfNull {
    OfNull NEVER = (objects, object) -> false;

    boolean of(ObjectTable objects, int object);

    /** Returns which objects lack this value or another one. */
    default OfNull or(OfNull other) {
      return this == NEVER
          ? other
          : (objects, object) -> of(objects, object) || other.of(objects, object);
    }
  }

  /** The types of which the listing compares numbers. */
  Set<DataType> NUMBERS =
      Set.of(
          DataTypes.LongType,
          DataTypes.TimestampType,
          DataTypes.TimestampNTZType,
          DataTypes.BooleanType,
          DataTypes.ByteType,
          DataTypes.ShortType,
          DataTypes.IntegerType,
          DataTypes.DateType);

  /** A number of each object. */
  @FunctionalInterface
  interface OfNumber {
    long of(ObjectTable objects, int object);
  }

  /** A text of each object. */
  @FunctionalInterface
  interface OfText {
    UTF8String of(ObjectTable objects, int object);
  }

  /**
   * @throws Refusal if the listing does not know the value
   */
  static Operand of(Expression expression, Known known) throws Refusal {
    if (expression instanceof Literal<?> literal) {
      return of(literal);
    }
    if (expression instanceof NamedReference reference) {
      return column(String.join(".", reference.fieldNames()), known);
    }
    throw new Refusal("%s is neither a column nor a literal".formatted(nameOf(expression)));
  }

  /**
   * Returns what an expression is called. Spark's own text of one that it does not know never ends.
   */
  static String nameOf(Expression expression) {
    return expression instanceof GeneralScalarExpression scalar
        ? scalar.name()
        : expression.getClass().getSimpleName();
  }

  private static Operand of(Literal<?> literal) throws Refusal {
    Object value = literal.value();
    DataType type = literal.dataType();
    if (value == null) {
      return new Null(type);
    }
    if (value instanceof UTF8String text && type.equals(DataTypes.StringType)) {
      return new Textual((objects, object) -> text, OfNull.NEVER);
    }
    if (NUMBERS.contains(type)) {
      long number = number(value);
      return new Numeric(type, (objects, object) -> number, OfNull.NEVER);
    }
    throw new Refusal("the listing has nothing of type %s".formatted(type.sql()));
  }

  /** Returns what Spark keeps of a number, a time, a date or a boolean as one number. */
  static long number(Object value) {
    if (value instanceof Boolean bool) {
      return bool ? 1 : 0;
    }
    return ((Number) value).longValue();
  }

  private static Operand column(String name, Known known) throws Refusal {
    int partition = known.partitions().indexOf(name);
    if (partition >= 0) {
      return partition(known.partitions(), partition);
    }
    if (known.decoding().isRead(name)) {
      throw new Refusal("the listing does not know the column '%s'".formatted(name));
    }
    return switch (name) {
      case ReadSchema.PATH ->
          new Textual(
              (objects, object) -> UTF8String.fromBytes(objects.path(object)), OfNull.NEVER);
      case ReadSchema.ETAG ->
          new Textual(
              (objects, object) -> UTF8String.fromString(objects.etag(object)), OfNull.NEVER);
      case ReadSchema.PARENT ->
          new Textual(
              (objects, object) ->
                  UTF8String.fromBytes(ObjectMetadata.parent(objects.path(object))),
              OfNull.NEVER);
      case ReadSchema.LENGTH -> new Numeric(DataTypes.LongType, ObjectTable::length, OfNull.NEVER);
      case ReadSchema.MODIFICATION_TIME ->
          new Numeric(DataTypes.TimestampType, ObjectTable::modified, OfNull.NEVER);
      case ReadSchema.OFFSET -> offset(known);
      case ReadSchema.BATCH -> batch(known);
      default -> throw new Refusal("the listing does not know the column '%s'".formatted(name));
    };
  }

  private static Operand offset(Known known) throws Refusal {
    known.requireRows();
    if (known.chunked()) {
      throw new Refusal("the offset is of a row, and with chunkBytes an object may be several");
    }
    return new Numeric(DataTypes.LongType, (objects, object) -> 0, OfNull.NEVER);
  }

  private static Operand batch(Known known) throws Refusal {
    if (known.batchRows() == 0 || known.chunked()) {
      throw new Refusal("batches are of rows, each an object, only with batchSize alone");
    }
    return new Numeric(
        DataTypes.LongType,
        (objects, object) -> objects.row(object, 0, 1) / known.batchRows(),
        OfNull.NEVER);
  }

  /** Returns whether the listing compares values of a type. */
  static boolean compares(DataType type) {
    return type.equals(DataTypes.StringType) || NUMBERS.contains(type);
  }

  private static Operand partition(PartitionColumns columns, int column) throws Refusal {
    DataType type = columns.schema().apply(column).dataType();
    PartitionValues values = new PartitionValues(columns);
    OfNull missing = (objects, object) -> values.value(objects, object, column) == null;
    if (type.equals(DataTypes.StringType)) {
      return new Textual(
          (objects, object) -> (UTF8String) requireNonNull(values.value(objects, object, column)),
          missing);
    }
    if (NUMBERS.contains(type)) {
      return new Numeric(
          type,
          (objects, object) -> number(requireNonNull(values.value(objects, object, column))),
          missing);
    }
    throw new Refusal("columns of type %s are not compared".formatted(type.sql()));
  }
}
