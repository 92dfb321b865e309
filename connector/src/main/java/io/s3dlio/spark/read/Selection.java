package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The objects that one read is of: what the filters and the limit of a query leave of a listing,
 * found once. Equal to another one of the same listing that leaves the same. Thread-safe.
 */
final class Selection {
  private final Listing listing;
  private final Filters filters;
  private final Optional<RowLimit> limit;
  private final ReadPlan plan;
  private volatile @Nullable ObjectIndex found;

  Selection(Listing listing, Filters filters, Optional<RowLimit> limit, ReadPlan plan) {
    this.listing = listing;
    this.filters = filters;
    this.limit = limit;
    this.plan = plan;
  }

  List<Location> locations() {
    return listing.locations();
  }

  /** Lists, if nobody has yet. */
  ObjectIndex objects() {
    ObjectIndex known = found;
    if (known == null) {
      // Objects that filters leave out have a place in the order too.
      List<Predicate> narrowing = plan.order().isListed() ? filters.predicates() : List.of();
      ObjectIndex listed =
          listing.objects(
              plan.list(),
              PathRangeFinder.rangeOf(narrowing),
              PartitionFilter.of(narrowing, plan.list().partitions()));
      ObjectIndex filtered = filters.of(plan.order().of(listed, plan.splits()));
      known = limit.map(rows -> rows.of(filtered, plan.splits())).orElse(filtered);
      found = known;
    }
    return known;
  }

  /** Returns the objects if it takes no listing. */
  Optional<ObjectIndex> known() {
    return found == null && listing.known(plan.list()).isEmpty()
        ? Optional.empty()
        : Optional.of(objects());
  }

  /** Tells the filters and the limit; empty if there are none. */
  String describe() {
    String filtered = filters.predicates().isEmpty() ? "" : ", filters: " + filters;
    return filtered + limit.map(rows -> ", " + rows).orElse("");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Selection selection
        && listing == selection.listing
        && filters.equals(selection.filters)
        && limit.equals(selection.limit)
        && plan.equals(selection.plan);
  }

  @Override
  public int hashCode() {
    return 31 * filters.hashCode() + plan.hashCode();
  }
}
