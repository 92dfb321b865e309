package io.s3dlio.spark.read;

import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.LiteralValue;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** Spark's predicates, as it hands them over. */
final class Predicates {
  private Predicates() {}

  static Expression column(String name) {
    return Expressions.column(name);
  }

  static Expression text(String text) {
    return literal(UTF8String.fromString(text), DataTypes.StringType);
  }

  static Expression number(long number) {
    return literal(number, DataTypes.LongType);
  }

  static Expression literal(@Nullable Object value, DataType type) {
    return new LiteralValue<>(value, type);
  }

  static Predicate predicate(String name, Expression... children) {
    return new Predicate(name, children);
  }

  /** Returns a predicate on the path, of texts. */
  static Predicate path(String name, String... texts) {
    return predicate(
        name,
        Stream.concat(Stream.of(column("path")), Arrays.stream(texts).map(Predicates::text))
            .toArray(Expression[]::new));
  }
}
