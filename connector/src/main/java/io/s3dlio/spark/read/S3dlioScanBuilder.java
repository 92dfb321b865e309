package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownAggregates;
import org.apache.spark.sql.connector.read.SupportsPushDownLimit;
import org.apache.spark.sql.connector.read.SupportsPushDownOffset;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownTableSample;
import org.apache.spark.sql.connector.read.SupportsPushDownTopN;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds a read, and takes over what the listing answers of a query. Lists nothing, but for
 * aggregates.
 */
public class S3dlioScanBuilder
    implements SupportsPushDownRequiredColumns,
        SupportsPushDownV2Filters,
        SupportsPushDownAggregates,
        SupportsPushDownLimit,
        SupportsPushDownOffset,
        SupportsPushDownTopN {
  private static final Logger LOG = LoggerFactory.getLogger(S3dlioScanBuilder.class);

  /** Whether Spark hands samples over: 4.2 and newer. */
  private static final boolean SAMPLES =
      Arrays.stream(SupportsPushDownTableSample.class.getMethods())
          .anyMatch(method -> method.getParameterCount() == 5);

  private final Listing listing;
  private final ResolvedOptions options;
  private final TableShape shape;
  private final Known known;
  private StructType schema;
  private Filters filters = Filters.NONE;
  private Optional<RowLimit> limit = Optional.empty();
  private Optional<ListingScan> answer = Optional.empty();

  /**
   * @param listing the objects, shared by all reads of one table
   * @param givenSchema the user's schema, or the table's
   * @param shape the table's columns
   * @throws IllegalArgumentException if the given schema is another than the table's
   */
  public static S3dlioScanBuilder of(
      Listing listing, StructType givenSchema, TableShape shape, ResolvedOptions options) {
    return SAMPLES
        ? new SamplingScanBuilder(listing, givenSchema, shape, options)
        : new S3dlioScanBuilder(listing, givenSchema, shape, options);
  }

  S3dlioScanBuilder(
      Listing listing, StructType givenSchema, TableShape shape, ResolvedOptions options) {
    this.schema = shape.schema();
    requireOurs(givenSchema, shape);
    this.listing = listing;
    this.shape = shape;
    this.options = options;
    this.known =
        new Known(
            options.value(ReadOptions.CHUNK_BYTES).isPresent(),
            options.value(ReadOptions.BATCH_SIZE).orElse(0),
            shape.partitions(),
            shape.decoding());
  }

  /** A row's reference is read whole or not at all. */
  @Override
  public void pruneColumns(StructType requiredSchema) {
    schema = ReadSchema.whole(requiredSchema);
  }

  /** Returns those that the listing does not answer, as they are. */
  @Override
  public Predicate[] pushPredicates(Predicate[] predicates) {
    PredicateCompiler compiler = new PredicateCompiler(known);
    List<Predicate> left = new ArrayList<>();
    for (Predicate predicate : predicates) {
      try {
        filter(predicate, compiler.compile(predicate));
      } catch (Refusal e) {
        LOG.info(
            "Left to Spark is a filter on {}: {}",
            Arrays.toString(predicate.references()),
            e.getMessage());
        left.add(predicate);
      }
    }
    return left.toArray(new Predicate[0]);
  }

  /** Takes over another predicate. */
  final void filter(Predicate predicate, ObjectPredicate compiled) {
    filters = filters.and(predicate, compiled);
  }

  @Override
  public Predicate[] pushedPredicates() {
    return filters.predicates().toArray(new Predicate[0]);
  }

  @Override
  public boolean supportCompletePushDown(Aggregation aggregation) {
    try {
      Aggregates.of(aggregation, known);
      return true;
    } catch (Refusal e) {
      leave(aggregation, e);
      return false;
    }
  }

  /** Lists, if nobody has yet: whether a sum fits has to be known now. */
  @Override
  public boolean pushAggregation(Aggregation aggregation) {
    Aggregates aggregates;
    try {
      aggregates = Aggregates.of(aggregation, known);
    } catch (Refusal e) {
      // Told already.
      return false;
    }
    try {
      S3dlioScan scan = scan();
      answer =
          Optional.of(
              new ListingScan(aggregates.schema(), scan.aggregate(aggregates), scan.description()));
      return true;
    } catch (ArithmeticException | Refusal e) {
      leave(aggregation, e);
      return false;
    }
  }

  private static void leave(Aggregation aggregation, Exception reason) {
    LOG.info(
        "Left to Spark are {}: {}",
        Arrays.toString(aggregation.aggregateExpressions()),
        reason.getMessage());
  }

  @Override
  public boolean pushLimit(int rows) {
    return pushLimit("the limit of %d rows".formatted(rows), () -> RowLimit.any(rows));
  }

  @Override
  public boolean pushOffset(int rows) {
    return pushLimit(
        "the offset of %d rows".formatted(rows),
        () -> {
          if (known.chunked()) {
            throw new Refusal("with chunkBytes an object may be several rows");
          }
          return RowLimit.after(rows);
        });
  }

  @Override
  public boolean pushTopN(SortOrder[] orders, int rows) {
    return pushLimit(
        "the limit of %d rows by %s".formatted(rows, Arrays.toString(orders)),
        () -> RowLimit.first(rows, List.of(orders), known));
  }

  /** A limit. */
  private interface Rows {
    RowLimit get() throws Refusal;
  }

  private boolean pushLimit(String what, Rows rows) {
    try {
      if (answer.isPresent() || limit.isPresent()) {
        throw new Refusal("one answer of the listing is all there is");
      }
      if (options.value(ReadOptions.IGNORE_MISSING_FILES)) {
        throw new Refusal("with ignoreMissingFiles objects may be left out while they are read");
      }
      known.requireRows();
      limit = Optional.of(rows.get());
      return true;
    } catch (Refusal e) {
      LOG.info("Left to Spark alone is {}: {}", what, e.getMessage());
      return false;
    }
  }

  /** True: whole objects are left out, of which each may be several rows. */
  @Override
  public boolean isPartiallyPushed() {
    return true;
  }

  @Override
  public Scan build() {
    return answer.isPresent() ? answer.get() : scan();
  }

  private S3dlioScan scan() {
    return new S3dlioScan(
        listing, schema, shape, filters, limit, options, SparkSettings.of(SparkSession.active()));
  }

  private static void requireOurs(StructType given, TableShape shape) {
    StructType ours = shape.schema();
    if (given.length() != ours.length() || !ReadSchema.beginsWith(given, ours)) {
      throw new IllegalArgumentException(
          "Invalid schema: %s (s3dlio reads %s; leave the schema out%s)"
              .formatted(
                  given.toDDL(),
                  ours.toDDL(),
                  ReadSchema.beginsWith(given, shape.decoding().columns())
                      ? ", and name columns of directories with partitionColumns"
                      : ""));
    }
  }
}
