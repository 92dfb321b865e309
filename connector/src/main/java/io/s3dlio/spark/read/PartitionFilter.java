package io.s3dlio.spark.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;

/**
 * Those filters of a query that directories alone answer: each as soon as the directories on the
 * way give all columns that it is about. Equal where the filters are.
 */
final class PartitionFilter {
  static final PartitionFilter ALL =
      new PartitionFilter(PartitionColumns.NONE, List.of(), List.of());

  private final PartitionColumns columns;
  private final List<Predicate> predicates;
  private final List<Part> parts;
  private final PartitionValues values;

  /** A filter, and the columns that it is about. */
  private record Part(List<Integer> columns, ObjectPredicate test) {}

  /** What the filters say of a directory. */
  enum Verdict {
    /** No object in it is left. */
    OUT,
    /** All that the filters are about is known, and they leave it. */
    IN,
    /** Directories in it may tell more. */
    OPEN
  }

  private PartitionFilter(PartitionColumns columns, List<Predicate> predicates, List<Part> parts) {
    this.columns = columns;
    this.predicates = List.copyOf(predicates);
    this.parts = List.copyOf(parts);
    this.values = new PartitionValues(columns);
  }

  /**
   * @param predicates the filters, which all have to be true
   */
  static PartitionFilter of(List<Predicate> predicates, PartitionColumns columns) {
    if (columns.isEmpty()) {
      return ALL;
    }
    PredicateCompiler compiler = new PredicateCompiler(new Known(false, 0, columns));
    List<Predicate> own = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (Predicate predicate : predicates) {
      List<Integer> about =
          Arrays.stream(predicate.references())
              .map(NamedReference::fieldNames)
              .map(names -> columns.indexOf(String.join(".", names)))
              .distinct()
              .toList();
      if (!about.isEmpty() && !about.contains(-1)) {
        try {
          parts.add(new Part(about, compiler.compile(predicate)));
          own.add(predicate);
        } catch (Refusal e) {
          // Then it narrows nothing.
        }
      }
    }
    return parts.isEmpty() ? ALL : new PartitionFilter(columns, own, parts);
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /**
   * @param directories directories instead of objects
   */
  Verdict of(ObjectTable directories, int directory) {
    boolean open = false;
    for (Part part : parts) {
      if (!part.columns().stream().allMatch(at -> values.has(directories, directory, at))) {
        open = true;
      } else if (part.test().test(directories, directory) != Truth.TRUE) {
        return Verdict.OUT;
      }
    }
    return open ? Verdict.OPEN : Verdict.IN;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PartitionFilter filter
        && predicates.equals(filter.predicates)
        && columns.equals(filter.columns);
  }

  @Override
  public int hashCode() {
    return Objects.hash(predicates, columns);
  }
}
