package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.expressions.NullOrdering;
import org.apache.spark.sql.connector.expressions.SortDirection;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * How many rows a query needs, and which: those that come first in an order, or any; or how many it
 * does not need.
 */
final class RowLimit {
  /** For more rows than this, Spark's own sort does as well. */
  static final int MOST_ORDERED = 100_000;

  private final List<SortOrder> orders;
  private final List<Key> keys;
  private final int rows;
  private final boolean skips;

  private RowLimit(List<SortOrder> orders, List<Key> keys, int rows, boolean skips) {
    this.orders = orders;
    this.keys = keys;
    this.rows = rows;
    this.skips = skips;
  }

  /** What objects are ordered by. */
  private record Key(Operand value, boolean descending, boolean nullsFirst) {}

  /** The place of an object in an index. */
  private record Place(int table, int object) {}

  static RowLimit any(int rows) {
    return new RowLimit(List.of(), List.of(), rows, false);
  }

  /** Leaves out the first rows, each of which is an object. */
  static RowLimit after(int rows) {
    return new RowLimit(List.of(), List.of(), rows, true);
  }

  /**
   * @throws Refusal if the listing does not know the order, or the rows are too many
   */
  static RowLimit first(int rows, List<SortOrder> orders, Known known) throws Refusal {
    if (rows > MOST_ORDERED) {
      throw new Refusal("the listing sorts %d rows at most".formatted(MOST_ORDERED));
    }
    List<Key> keys = new ArrayList<>();
    for (SortOrder order : orders) {
      Operand value = Operand.of(order.expression(), known);
      if (value instanceof Operand.Null) {
        throw new Refusal("nothing is ordered by null");
      }
      keys.add(
          new Key(
              value,
              order.direction() == SortDirection.DESCENDING,
              order.nullOrdering() == NullOrdering.NULLS_FIRST));
    }
    return new RowLimit(List.copyOf(orders), keys, rows, false);
  }

  /**
   * Returns objects that have the rows, in the order of the index. They may have more.
   *
   * @param rule how objects become rows
   */
  ObjectIndex of(ObjectIndex index, SplitRule rule) {
    if (!skips && index.objects() <= rows) {
      return index;
    }
    List<BitSet> wanted = new ArrayList<>();
    index.tables().forEach(table -> wanted.add(new BitSet(table.size())));
    if (skips) {
      takeAfter(wanted, index);
    } else if (orders.isEmpty()) {
      takeFirst(index, rule, wanted);
    } else {
      takeLeast(index, wanted);
    }
    List<ObjectTable> selected = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      selected.add(index.tables().get(i).select(wanted.get(i)));
    }
    return index.with(selected);
  }

  private void takeFirst(ObjectIndex index, SplitRule rule, List<BitSet> wanted) {
    long taken = 0;
    for (int i = 0; i < wanted.size(); i++) {
      ObjectTable table = index.tables().get(i);
      for (int object = 0; object < table.size() && taken < rows; object++) {
        wanted.get(i).set(object);
        taken += rule.rows(table.length(object));
      }
    }
  }

  private void takeAfter(List<BitSet> wanted, ObjectIndex index) {
    int left = rows;
    for (int i = 0; i < wanted.size(); i++) {
      int size = index.tables().get(i).size();
      wanted.get(i).set(Math.min(left, size), size);
      left -= Math.min(left, size);
    }
  }

  /** All rows of an object stand alike, so as many objects are enough. */
  private void takeLeast(ObjectIndex index, List<BitSet> wanted) {
    PriorityQueue<Place> least = new PriorityQueue<>(order(index.tables()).reversed());
    for (int i = 0; i < wanted.size(); i++) {
      for (int object = 0; object < index.tables().get(i).size(); object++) {
        least.add(new Place(i, object));
        if (least.size() > rows) {
          least.remove();
        }
      }
    }
    least.forEach(place -> wanted.get(place.table()).set(place.object()));
  }

  private Comparator<Place> order(List<ObjectTable> tables) {
    return keys.stream()
        .map(
            key -> {
              Comparator<Place> order = comparator(tables, key.value());
              return nulls(tables, key, key.descending() ? order.reversed() : order);
            })
        .reduce(Comparator::thenComparing)
        .orElseThrow();
  }

  /** Returns an order in which places without a value come first or last. */
  private static Comparator<Place> nulls(
      List<ObjectTable> tables, Key key, Comparator<Place> order) {
    Operand.OfNull missing = key.value().missing();
    return (one, other) -> {
      boolean none = missing.of(tables.get(one.table()), one.object());
      boolean noOther = missing.of(tables.get(other.table()), other.object());
      return none || noOther
          ? Boolean.compare(noOther, none) * (key.nullsFirst() ? 1 : -1)
          : order.compare(one, other);
    };
  }

  private static Comparator<Place> comparator(List<ObjectTable> tables, Operand operand) {
    if (operand instanceof Operand.Numeric number) {
      return Comparator.comparingLong(
          place -> number.value().of(tables.get(place.table()), place.object()));
    }
    Operand.OfText text = ((Operand.Textual) operand).value();
    return Comparator.comparing(
        place -> text.of(tables.get(place.table()), place.object()), UTF8String::binaryCompare);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowLimit limit
        && rows == limit.rows
        && skips == limit.skips
        && orders.equals(limit.orders);
  }

  @Override
  public int hashCode() {
    return Objects.hash(orders, rows, skips);
  }

  @Override
  public String toString() {
    String by = orders.stream().map(Object::toString).collect(Collectors.joining(", "));
    return "%s: %d rows%s"
        .formatted(skips ? "offset" : "limit", rows, orders.isEmpty() ? "" : " by " + by);
  }
}
