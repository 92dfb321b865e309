package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
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

/** Aggregates over all rows that the listing answers. For one use. */
final class Aggregates {
  private final StructType schema;
  private final List<Aggregate> aggregates;

  private Aggregates(StructType schema, List<Aggregate> aggregates) {
    this.schema = schema;
    this.aggregates = aggregates;
  }

  /**
   * @throws Refusal if the listing does not know one of them
   */
  static Aggregates of(Aggregation asked, Known known) throws Refusal {
    if (asked.groupByExpressions().length > 0) {
      throw new Refusal("the listing does not group");
    }
    StructType schema = new StructType();
    List<Aggregate> aggregates = new ArrayList<>();
    for (AggregateFunc function : asked.aggregateExpressions()) {
      Aggregate aggregate = aggregate(function, known);
      schema = schema.add(function.toString(), aggregate.type());
      aggregates.add(aggregate);
    }
    return new Aggregates(schema, aggregates);
  }

  private static Aggregate aggregate(AggregateFunc function, Known known) throws Refusal {
    if (function instanceof CountStar) {
      return new Aggregate.Rows(Operand.OfNull.NEVER);
    }
    if (function instanceof Count count && !count.isDistinct()) {
      if (count.column() instanceof NamedReference column) {
        return new Aggregate.Rows(Operand.of(column, known).missing());
      }
    }
    if (function instanceof Sum sum
        && !sum.isDistinct()
        && Operand.of(sum.column(), known) instanceof Operand.Numeric number
        && number.type().equals(DataTypes.LongType)) {
      return new Aggregate.Total(number);
    }
    if (function instanceof Min min) {
      return extreme(Operand.of(min.column(), known), -1);
    }
    if (function instanceof Max max) {
      return extreme(Operand.of(max.column(), known), 1);
    }
    throw new Refusal("the listing does not know '%s'".formatted(function));
  }

  private static Aggregate extreme(Operand operand, int sign) throws Refusal {
    if (operand instanceof Operand.Numeric number) {
      return new Aggregate.ExtremeNumber(number, sign);
    }
    if (operand instanceof Operand.Textual text) {
      return new Aggregate.ExtremeText(text, sign);
    }
    throw new Refusal("the listing has no extreme of null");
  }

  StructType schema() {
    return schema;
  }

  /**
   * Returns the values.
   *
   * @param rule how objects become rows
   * @throws ArithmeticException if a sum does not fit
   */
  InternalRow over(ObjectIndex index, SplitRule rule) {
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        long rows = rule.rows(table.length(i));
        for (Aggregate aggregate : aggregates) {
          aggregate.add(table, i, rows);
        }
      }
    }
    return new GenericInternalRow(aggregates.stream().map(Aggregate::value).toArray());
  }
}
