package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.expressions.filter.Predicate;

/** Predicates that all have to be true of an object. Equal where the predicates are. */
final class Filters {
  static final Filters NONE = new Filters(List.of(), List.of());

  private static final int SHOWN = 200;

  private final List<Predicate> predicates;
  private final List<ObjectPredicate> compiled;

  private Filters(List<Predicate> predicates, List<ObjectPredicate> compiled) {
    this.predicates = predicates;
    this.compiled = compiled;
  }

  Filters and(Predicate predicate, ObjectPredicate itself) {
    List<Predicate> predicates = new ArrayList<>(this.predicates);
    List<ObjectPredicate> compiled = new ArrayList<>(this.compiled);
    predicates.add(predicate);
    compiled.add(itself);
    return new Filters(List.copyOf(predicates), List.copyOf(compiled));
  }

  List<Predicate> predicates() {
    return predicates;
  }

  /** Returns the objects of which all predicates are true. */
  ObjectIndex of(ObjectIndex index) {
    if (predicates.isEmpty()) {
      return index;
    }
    List<ObjectTable> kept = new ArrayList<>();
    for (ObjectTable table : index.tables()) {
      BitSet wanted = new BitSet(table.size());
      for (int i = 0; i < table.size(); i++) {
        wanted.set(i, isTrue(table, i));
      }
      kept.add(table.select(wanted));
    }
    return index.with(kept);
  }

  private boolean isTrue(ObjectTable table, int object) {
    for (ObjectPredicate predicate : compiled) {
      if (predicate.test(table, object) != Truth.TRUE) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Filters filters && predicates.equals(filters.predicates);
  }

  @Override
  public int hashCode() {
    return predicates.hashCode();
  }

  /** A list of literals may be long. */
  @Override
  public String toString() {
    return predicates.stream()
        .map(Object::toString)
        .map(text -> text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
