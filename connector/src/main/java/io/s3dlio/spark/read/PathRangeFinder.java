package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.unsafe.types.UTF8String;

/** Finds out where the paths lie of which predicates can be true. */
final class PathRangeFinder {
  private PathRangeFinder() {}

  static PathRange rangeOf(List<Predicate> predicates) {
    return predicates.stream().map(PathRangeFinder::rangeOf).reduce(PathRange.ALL, PathRange::and);
  }

  private static PathRange rangeOf(Predicate predicate) {
    Expression[] parts = predicate.children();
    if (predicate.name().equals("AND")) {
      return rangeOf(parts[0]).and(rangeOf(parts[1]));
    }
    if (predicate.name().equals("IN") && isPath(parts[0])) {
      return among(parts);
    }
    if (parts.length != 2) {
      return PathRange.ALL;
    }
    if (isPath(parts[0])) {
      return text(parts[1]).map(text -> range(predicate.name(), text)).orElse(PathRange.ALL);
    }
    if (isPath(parts[1])) {
      return text(parts[0])
          .map(text -> range(mirrored(predicate.name()), text))
          .orElse(PathRange.ALL);
    }
    return PathRange.ALL;
  }

  private static PathRange rangeOf(Expression expression) {
    return expression instanceof Predicate predicate ? rangeOf(predicate) : PathRange.ALL;
  }

  /** Returns the operator that says the same with its sides exchanged; empty if there is none. */
  private static String mirrored(String operator) {
    return switch (operator) {
      case "=", "<=>" -> operator;
      case "<" -> ">";
      case "<=" -> ">=";
      case ">" -> "<";
      case ">=" -> "<=";
      default -> "";
    };
  }

  private static PathRange range(String operator, String text) {
    return switch (operator) {
      case "STARTS_WITH" -> new PathRange(text, "", "");
      case "=", "<=>" -> new PathRange(text, bound(text), bound(text));
      case "<", "<=" -> new PathRange("", "", bound(text));
      case ">", ">=" -> new PathRange("", bound(text), "");
      default -> PathRange.ALL;
    };
  }

  private static PathRange among(Expression[] parts) {
    List<Optional<String>> texts = Arrays.stream(parts).skip(1).map(PathRangeFinder::text).toList();
    if (texts.isEmpty() || texts.stream().anyMatch(Optional::isEmpty)) {
      return PathRange.ALL;
    }
    List<String> sorted =
        texts.stream().flatMap(Optional::stream).sorted(Location.KEY_ORDER).toList();
    String first = bound(sorted.get(0));
    String last = bound(sorted.get(sorted.size() - 1));
    return first.isEmpty() || last.isEmpty() ? PathRange.ALL : new PathRange("", first, last);
  }

  private static boolean isPath(Expression expression) {
    return expression instanceof NamedReference reference
        && Arrays.equals(reference.fieldNames(), new String[] {ReadSchema.PATH});
  }

  /** Returns a literal's text, unless no key can have it. */
  private static Optional<String> text(Expression expression) {
    return expression instanceof Literal<?> literal && literal.value() instanceof UTF8String utf8
        ? Optional.of(utf8.toString())
            .filter(text -> UTF8String.fromString(text).equals(utf8) && text.indexOf('\0') < 0)
        : Optional.empty();
  }

  /** Some stores order keys by their UTF-16 units. Texts below surrogates stand alike in both. */
  private static String bound(String text) {
    return text.chars().allMatch(unit -> unit < Character.MIN_SURROGATE) ? text : "";
  }
}
