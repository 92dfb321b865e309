package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** Makes Spark's predicates into ones that a listing answers exactly as Spark would. */
final class PredicateCompiler {
  private final Known known;

  PredicateCompiler(Known known) {
    this.known = known;
  }

  /**
   * @param chunked whether an object may be several rows
   */
  PredicateCompiler(boolean chunked) {
    this(new Known(chunked, 0, PartitionColumns.NONE));
  }

  /**
   * @throws Refusal if the listing does not know all that the predicate asks
   */
  ObjectPredicate compile(Predicate predicate) throws Refusal {
    Expression[] parts = predicate.children();
    return switch (predicate.name()) {
      case "ALWAYS_TRUE" -> ObjectPredicate.always(Truth.TRUE);
      case "ALWAYS_FALSE" -> ObjectPredicate.always(Truth.FALSE);
      case "AND" -> and(part(parts[0]), part(parts[1]));
      case "OR" -> or(part(parts[0]), part(parts[1]));
      case "NOT" -> not(part(parts[0]));
      case "IS_NULL" -> isNull(operand(parts[0]));
      case "IS_NOT_NULL" -> not(isNull(operand(parts[0])));
      case "IN" -> in(operand(parts[0]), Arrays.asList(parts).subList(1, parts.length));
      case "STARTS_WITH" -> matches(parts, UTF8String::startsWith);
      case "ENDS_WITH" -> matches(parts, UTF8String::endsWith);
      case "CONTAINS" -> matches(parts, UTF8String::contains);
      case "=" -> compares(parts, sign -> sign == 0);
      case "<>" -> compares(parts, sign -> sign != 0);
      case "<" -> compares(parts, sign -> sign < 0);
      case "<=" -> compares(parts, sign -> sign <= 0);
      case ">" -> compares(parts, sign -> sign > 0);
      case ">=" -> compares(parts, sign -> sign >= 0);
      case "<=>" -> isSame(parts);
      default ->
          throw new Refusal(
              "%s is no predicate that the listing knows".formatted(predicate.name()));
    };
  }

  private ObjectPredicate part(Expression expression) throws Refusal {
    if (expression instanceof Predicate predicate) {
      return compile(predicate);
    }
    throw new Refusal("%s is no predicate".formatted(Operand.nameOf(expression)));
  }

  private Operand operand(Expression expression) throws Refusal {
    return Operand.of(expression, known);
  }

  private static ObjectPredicate and(ObjectPredicate left, ObjectPredicate right) {
    return (objects, object) -> {
      Truth truth = left.test(objects, object);
      return truth == Truth.FALSE ? truth : truth.and(right.test(objects, object));
    };
  }

  private static ObjectPredicate or(ObjectPredicate left, ObjectPredicate right) {
    return (objects, object) -> {
      Truth truth = left.test(objects, object);
      return truth == Truth.TRUE ? truth : truth.or(right.test(objects, object));
    };
  }

  private static ObjectPredicate not(ObjectPredicate predicate) {
    return (objects, object) -> predicate.test(objects, object).not();
  }

  private static ObjectPredicate isNull(Operand operand) {
    Operand.OfNull missing = operand.missing();
    return (objects, object) -> Truth.of(missing.of(objects, object));
  }

  /** Returns a predicate that is unknown of objects that lack a value. */
  private static ObjectPredicate unlessMissing(Operand.OfNull missing, ObjectPredicate predicate) {
    return missing == Operand.OfNull.NEVER
        ? predicate
        : (objects, object) ->
            missing.of(objects, object) ? Truth.UNKNOWN : predicate.test(objects, object);
  }

  private ObjectPredicate compares(Expression[] sides, IntPredicate wanted) throws Refusal {
    return compares(operand(sides[0]), operand(sides[1]), wanted);
  }

  private static ObjectPredicate compares(Operand left, Operand right, IntPredicate wanted)
      throws Refusal {
    if (left instanceof Operand.Null || right instanceof Operand.Null) {
      return ObjectPredicate.always(Truth.UNKNOWN);
    }
    if (left instanceof Operand.Textual one && right instanceof Operand.Textual other) {
      return unlessMissing(
          one.missing().or(other.missing()),
          (objects, object) ->
              Truth.of(
                  wanted.test(
                      one.value()
                          .of(objects, object)
                          .binaryCompare(other.value().of(objects, object)))));
    }
    if (left instanceof Operand.Numeric one
        && right instanceof Operand.Numeric other
        && one.type().equals(other.type())) {
      return unlessMissing(
          one.missing().or(other.missing()),
          (objects, object) ->
              Truth.of(
                  wanted.test(
                      Long.compare(
                          one.value().of(objects, object), other.value().of(objects, object)))));
    }
    throw new Refusal("%s and %s are compared".formatted(left.type().sql(), right.type().sql()));
  }

  private ObjectPredicate isSame(Expression[] sides) throws Refusal {
    Operand left = operand(sides[0]);
    Operand right = operand(sides[1]);
    if (left instanceof Operand.Null) {
      return isNull(right);
    }
    if (right instanceof Operand.Null) {
      return isNull(left);
    }
    Operand.OfNull none = left.missing();
    Operand.OfNull noOther = right.missing();
    ObjectPredicate equal = compares(left, right, sign -> sign == 0);
    return (objects, object) ->
        none.of(objects, object) || noOther.of(objects, object)
            ? Truth.of(none.of(objects, object) && noOther.of(objects, object))
            : equal.test(objects, object);
  }

  private ObjectPredicate matches(Expression[] sides, BiPredicate<UTF8String, UTF8String> matching)
      throws Refusal {
    Operand text = operand(sides[0]);
    Operand pattern = operand(sides[1]);
    if (text instanceof Operand.Null || pattern instanceof Operand.Null) {
      return ObjectPredicate.always(Truth.UNKNOWN);
    }
    if (text instanceof Operand.Textual one && pattern instanceof Operand.Textual other) {
      return unlessMissing(
          one.missing().or(other.missing()),
          (objects, object) ->
              Truth.of(
                  matching.test(
                      one.value().of(objects, object), other.value().of(objects, object))));
    }
    throw new Refusal("%s is matched by %s".formatted(text.type().sql(), pattern.type().sql()));
  }

  /** A list may be long, as that of a join's other side is. */
  private ObjectPredicate in(Operand value, List<Expression> list) throws Refusal {
    List<Object> values = new ArrayList<>();
    for (Expression element : list) {
      Object literal = literal(element, value.type());
      if (literal != null) {
        values.add(literal);
      }
    }
    Truth otherwise = values.size() < list.size() ? Truth.UNKNOWN : Truth.FALSE;
    if (value instanceof Operand.Textual text) {
      Set<Object> wanted = new HashSet<>(values);
      return unlessMissing(
          text.missing(),
          (objects, object) ->
              wanted.contains(text.value().of(objects, object)) ? Truth.TRUE : otherwise);
    }
    if (value instanceof Operand.Numeric number) {
      long[] wanted = values.stream().mapToLong(Operand::number).sorted().toArray();
      return unlessMissing(
          number.missing(),
          (objects, object) ->
              Arrays.binarySearch(wanted, number.value().of(objects, object)) >= 0
                  ? Truth.TRUE
                  : otherwise);
    }
    return ObjectPredicate.always(list.isEmpty() ? Truth.FALSE : Truth.UNKNOWN);
  }

  /** Returns the literal's value; null for a null. */
  private @Nullable Object literal(Expression element, DataType type) throws Refusal {
    if (!(element instanceof Literal<?> literal)) {
      throw new Refusal("%s in a list is no literal".formatted(Operand.nameOf(element)));
    }
    Operand operand = operand(element);
    if (operand instanceof Operand.Null) {
      return null;
    }
    if (!operand.type().equals(type)) {
      throw new Refusal("%s is looked for among %s".formatted(type.sql(), operand.type().sql()));
    }
    return literal.value();
  }
}
