package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.Count;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.expressions.aggregate.Max;
import org.apache.spark.sql.connector.expressions.aggregate.Min;
import org.apache.spark.sql.connector.expressions.aggregate.Sum;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Aggregates over all rows, or groups of them, that the listing answers. */
final class Aggregates {
  /** The driver has them all at once. */
  static final int MOST_GROUPS = 100_000;

  private final StructType schema;
  private final List<Operand> groups;
  private final List<Supplier<Aggregate>> functions;

  private Aggregates(StructType schema, List<Operand> groups, List<Supplier<Aggregate>> functions) {
    this.schema = schema;
    this.groups = groups;
    this.functions = functions;
  }

  /**
   * @throws Refusal if the listing does not know one of them
   */
  static Aggregates of(Aggregation asked, Known known) throws Refusal {
    known.requireRows();
    StructType schema = new StructType();
    List<Operand> groups = new ArrayList<>();
    for (Expression expression : asked.groupByExpressions()) {
      Operand group = Operand.of(expression, known);
      schema = schema.add(expression.toString(), group.type());
      groups.add(group);
    }
    List<Supplier<Aggregate>> functions = new ArrayList<>();
    for (AggregateFunc function : asked.aggregateExpressions()) {
      Supplier<Aggregate> aggregate = aggregate(function, known);
      schema = schema.add(function.toString(), aggregate.get().type());
      functions.add(aggregate);
    }
    return new Aggregates(schema, groups, functions);
  }

  private static Supplier<Aggregate> aggregate(AggregateFunc function, Known known) throws Refusal {
    if (function instanceof CountStar) {
      return () -> new Aggregate.Rows(Operand.OfNull.NEVER);
    }
    if (function instanceof Count count && !count.isDistinct()) {
      if (count.column() instanceof NamedReference column) {
        Operand.OfNull missing = Operand.of(column, known).missing();
        return () -> new Aggregate.Rows(missing);
      }
    }
    if (function instanceof Sum sum
        && !sum.isDistinct()
        && Operand.of(sum.column(), known) instanceof Operand.Numeric number
        && number.type().equals(DataTypes.LongType)) {
      return () -> new Aggregate.Total(number);
    }
    if (function instanceof Min min) {
      return extreme(Operand.of(min.column(), known), -1);
    }
    if (function instanceof Max max) {
      return extreme(Operand.of(max.column(), known), 1);
    }
    throw new Refusal("the listing does not know '%s'".formatted(function));
  }

  private static Supplier<Aggregate> extreme(Operand operand, int sign) throws Refusal {
    if (operand instanceof Operand.Numeric number) {
      return () -> new Aggregate.ExtremeNumber(number, sign);
    }
    if (operand instanceof Operand.Textual text) {
      return () -> new Aggregate.ExtremeText(text, sign);
    }
    throw new Refusal("the listing has no extreme of null");
  }

  StructType schema() {
    return schema;
  }

  /**
   * Returns a row of each group, or the one of all.
   *
   * @param rule how objects become rows
   * @throws ArithmeticException if a sum does not fit
   * @throws Refusal if there are too many groups
   */
  List<InternalRow> over(ObjectIndex index, SplitRule rule) throws Refusal {
    Map<List<@Nullable Object>, List<Aggregate>> found = new LinkedHashMap<>();
    if (groups.isEmpty()) {
      found.put(List.of(), begin());
    }
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        long rows = rule.rows(table.length(i));
        for (Aggregate aggregate : found.computeIfAbsent(group(table, i), key -> begin())) {
          aggregate.add(table, i, rows);
        }
        if (found.size() > MOST_GROUPS) {
          throw new Refusal("the listing makes %d groups at most".formatted(MOST_GROUPS));
        }
      }
    }
    List<InternalRow> rows = new ArrayList<>(found.size());
    found.forEach(
        (group, aggregates) ->
            rows.add(
                new GenericInternalRow(
                    Stream.concat(group.stream(), aggregates.stream().map(Aggregate::value))
                        .toArray())));
    return rows;
  }

  private List<Aggregate> begin() {
    return functions.stream().map(Supplier::get).toList();
  }

  private List<@Nullable Object> group(ObjectTable table, int object) {
    if (groups.isEmpty()) {
      return List.of();
    }
    List<@Nullable Object> values = new ArrayList<>(groups.size());
    for (Operand group : groups) {
      values.add(group.inSpark(table, object));
    }
    return values;
  }
}
