package io.s3dlio.spark.read;

import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.GeneralScalarExpression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/** A value of an expression: a column of the listing, none of which is ever null, or a literal. */
sealed interface Operand {
  DataType type();

  /** A number, or a time in microseconds since 1970. */
  record Numeric(DataType type, OfNumber value) implements Operand {}

  /** Text, which is compared by its bytes. */
  record Textual(OfText value) implements Operand {
    @Override
    public DataType type() {
      return DataTypes.StringType;
    }
  }

  /** A literal null. */
  record Null(DataType type) implements Operand {}

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
   * @param chunked whether an object may be several rows, which have offsets of their own
   * @throws Refusal if the listing does not know the value
   */
  static Operand of(Expression expression, boolean chunked) throws Refusal {
    if (expression instanceof Literal<?> literal) {
      return of(literal);
    }
    if (expression instanceof NamedReference reference) {
      return column(String.join(".", reference.fieldNames()), chunked);
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
      return new Textual((objects, object) -> text);
    }
    boolean number = type.equals(DataTypes.LongType) || type.equals(DataTypes.TimestampType);
    if (value instanceof Long fixed && number) {
      return new Numeric(type, (objects, object) -> fixed);
    }
    throw new Refusal("the listing has nothing of type %s".formatted(type.sql()));
  }

  private static Operand column(String name, boolean chunked) throws Refusal {
    return switch (name) {
      case ReadSchema.PATH ->
          new Textual((objects, object) -> UTF8String.fromBytes(objects.path(object)));
      case ReadSchema.ETAG ->
          new Textual((objects, object) -> UTF8String.fromString(objects.etag(object)));
      case ReadSchema.LENGTH -> new Numeric(DataTypes.LongType, ObjectTable::length);
      case ReadSchema.MODIFICATION_TIME ->
          new Numeric(DataTypes.TimestampType, ObjectTable::modified);
      case ReadSchema.OFFSET -> offset(chunked);
      default -> throw new Refusal("the listing does not know the column '%s'".formatted(name));
    };
  }

  private static Operand offset(boolean chunked) throws Refusal {
    if (chunked) {
      throw new Refusal("the offset is of a row, and with chunkBytes an object may be several");
    }
    return new Numeric(DataTypes.LongType, (objects, object) -> 0);
  }
}
