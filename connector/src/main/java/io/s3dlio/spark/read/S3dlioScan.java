package io.s3dlio.spark.read;

import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.Sizes;
import io.s3dlio.storage.Location;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.connector.read.SupportsRuntimeV2Filtering;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One read of a table: its columns, what it costs, and how it is told to people. */
final class S3dlioScan implements SupportsReportStatistics, SupportsRuntimeV2Filtering {
  private static final Logger LOG = LoggerFactory.getLogger(S3dlioScan.class);

  private static final int ROW_OVERHEAD = 8;
  private static final int ETAG_BYTES = 32;
  private static final int DESCRIBED_LOCATIONS = 5;
  private static final long LEAST_BATCH_BYTES = 16 << 20;
  private static final long MOST_BATCH_BYTES = Integer.MAX_VALUE - 8L;

  /**
   * Where all is {@code file://}. The page cache has little latency to hide and opens at little
   * cost, and memory that was used a moment ago is cheaper to read into: so batches are few and
   * small enough to stay in the processor's cache, and splits large.
   */
  private static final Map<OptionKey<?>, String> FILE_DEFAULTS =
      Map.of(
          ReadOptions.PREFETCH,
          "1",
          ReadOptions.MAX_BATCH_BYTES,
          "2mb",
          ReadOptions.OPEN_COST_IN_BYTES,
          "64k");

  private final StructType schema;
  private final ReadPlans plans;
  private final ReadPlan plan;
  private final Selection selection;
  private final S3dlioBatch batch;

  /**
   * What {@link #filter} was told and no batch was made with yet. Spark makes the batch on the same
   * thread, and may use one scan in several places, of which only one has the filters.
   */
  private final ThreadLocal<Filters> runtime = ThreadLocal.withInitial(() -> Filters.NONE);

  S3dlioScan(
      Listing listing,
      StructType schema,
      TableShape shape,
      Filters filters,
      Optional<RowLimit> limit,
      ResolvedOptions options,
      SparkSettings spark) {
    this.schema = schema;
    ResolvedOptions withDefaults = defaultsFor(listing.locations(), schema, options, spark);
    this.plans = new ReadPlans(listing.locations(), schema, shape, withDefaults, spark);
    this.plan = plans.unlisted();
    this.selection = new Selection(listing, filters, limit, plan);
    this.batch = new S3dlioBatch(selection, Filters.NONE, plans);
  }

  private static ResolvedOptions defaultsFor(
      List<Location> locations, StructType schema, ResolvedOptions options, SparkSettings spark) {
    boolean files = ContentRef.namesFiles(locations);
    ResolvedOptions result = options;
    if (files) {
      for (Map.Entry<OptionKey<?>, String> entry : FILE_DEFAULTS.entrySet()) {
        result = result.withDefault(entry.getKey(), entry.getValue());
      }
    }
    if (result.value(ReadOptions.BATCH_SIZE).isPresent()) {
      // Rows decide, as long as a task's share of memory holds them.
      long share = Math.max(LEAST_BATCH_BYTES, spark.memory().bytesPerTask());
      result =
          result.withDefault(
              ReadOptions.MAX_BATCH_BYTES, Sizes.format(Math.min(share, MOST_BATCH_BYTES)));
    }
    // A Python task itself costs much.
    return ReadSchema.isReference(schema)
        ? result.withDefault(ReadOptions.MAX_PARTITION_BYTES, files ? "1gb" : "512mb")
        : result;
  }

  @Override
  public StructType readSchema() {
    return schema;
  }

  /** Lists, if nobody has yet. */
  @Override
  public Statistics estimateStatistics() {
    ObjectIndex index = selection.objects();
    if (plan.reader().decoding().looksInside()) {
      return new Estimate(OptionalLong.empty(), OptionalLong.of(index.bytes()));
    }
    long rows = SplitPlanner.rows(index, plan.splits());
    return new Estimate(OptionalLong.of(rows), OptionalLong.of(bytes(index, rows)));
  }

  private long bytes(ObjectIndex index, long rows) {
    long rowBytes = ROW_OVERHEAD;
    long bytes = 0;
    for (StructField field : schema.fields()) {
      switch (field.name()) {
        case ReadSchema.CONTENT -> bytes += index.bytes();
        case ReadSchema.PATH, ReadSchema.PARENT ->
            rowBytes += index.pathBytes() / Math.max(1, index.objects());
        case ReadSchema.ETAG -> rowBytes += ETAG_BYTES;
        default -> rowBytes += field.dataType().defaultSize();
      }
    }
    return bytes + rows * rowBytes;
  }

  /** Returns what the listing says of all rows. Lists, if nobody has yet. */
  List<InternalRow> aggregate(Aggregates aggregates) throws Refusal {
    return aggregates.over(selection.objects(), plan.splits());
  }

  /** Returns a batch with the filters that this thread has told since it was given one. */
  @Override
  public Batch toBatch() {
    Filters filters = runtime.get();
    runtime.remove();
    return filters.equals(Filters.NONE) ? batch : new S3dlioBatch(selection, filters, plans);
  }

  /**
   * A join with the paths of some objects, or with what their directories say, reads no others.
   * Spark may ask for columns read alone.
   */
  @Override
  public NamedReference[] filterAttributes() {
    PartitionColumns partitions = plan.list().partitions();
    return Arrays.stream(schema.fields())
        .filter(
            column ->
                (column.name().equals(ReadSchema.PATH)
                        && !plan.reader().decoding().isRead(ReadSchema.PATH))
                    || (partitions.indexOf(column.name()) >= 0
                        && Operand.compares(column.dataType())))
        .map(column -> Expressions.column(column.name()))
        .toArray(NamedReference[]::new);
  }

  /** Keeps the predicates that it understands; Spark holds rows to all of them all the same. */
  @Override
  public void filter(Predicate[] predicates) {
    PredicateCompiler compiler =
        new PredicateCompiler(
            new Known(
                plan.splits().chunked(),
                plan.order().batchRows(),
                plan.list().partitions(),
                plan.reader().decoding()));
    for (Predicate predicate : predicates) {
      try {
        runtime.set(runtime.get().and(predicate, compiler.compile(predicate)));
      } catch (Refusal e) {
        LOG.info(
            "Left to Spark is a filter of the run on {}: {}",
            Arrays.toString(predicate.references()),
            e.getMessage());
      }
    }
  }

  /** Never PARTITION_DEFINED: Spark would plan every split to explain. */
  @Override
  public ColumnarSupportMode columnarSupportMode() {
    return plan.columnar() ? ColumnarSupportMode.SUPPORTED : ColumnarSupportMode.UNSUPPORTED;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return ReadMetrics.supported();
  }

  /** Tells the objects only if they have been listed. */
  @Override
  public String description() {
    String paths =
        selection.locations().stream()
            .limit(DESCRIBED_LOCATIONS)
            .map(Location::toString)
            .collect(Collectors.joining(", "));
    int more = selection.locations().size() - DESCRIBED_LOCATIONS;
    Optional<ObjectIndex> index = selection.known();
    return "s3dlio [%s%s] %s%s%s, splits of %s, %s, options: %s"
        .formatted(
            paths,
            more > 0 ? ", ... %d more".formatted(more) : "",
            index.map(S3dlioScan::describe).orElse("not listed yet"),
            plan.order(),
            selection.describe(),
            Sizes.format(plan.splits().maxPartitionBytes()),
            plan.columnar() ? "columnar" : "rows",
            plans.options(index).describe());
  }

  private static String describe(ObjectIndex index) {
    return "%d objects of %d bytes".formatted(index.objects(), index.bytes());
  }

  private record Estimate(OptionalLong numRows, OptionalLong sizeInBytes) implements Statistics {}
}
