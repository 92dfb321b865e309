package io.s3dlio.spark.read;

import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.PathPattern;
import io.s3dlio.spark.config.PoolOptions;
import io.s3dlio.spark.config.ReadMode;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructType;

/**
 * What a read does, as values: from its options, Spark's settings and the columns that are asked
 * for. Two reads of one listing that have equal plans have equal results.
 *
 * @param list what is listed
 * @param order in which order it comes
 * @param splits how it is packed
 * @param columnar whether Spark gets batches, or else rows
 * @param reader what executors are told
 */
record ReadPlan(
    ListSettings list, GlobalOrder order, SplitRule splits, boolean columnar, ReaderConfig reader) {
  static ReadPlan of(
      List<Location> locations,
      StructType schema,
      TableShape shape,
      ResolvedOptions given,
      SparkSettings spark) {
    PartitionColumns partitions = shape.partitions();
    // A session's defaults of what decoding does not have.
    ResolvedOptions options =
        shape.decoding().looksInside()
            ? given.without(
                ReadOptions.BATCH_SIZE,
                ReadOptions.DROP_LAST,
                ReadOptions.CHUNK_BYTES,
                PoolOptions.BATCH_TIMEOUT)
            : given;
    ListSettings list = list(locations, options, partitions);
    StoreConfig store = list.store();
    GlobalOrder order = GlobalOrder.of(options);
    if (!shape.decoding().looksInside()) {
      requireBatches(schema, order);
    }
    long partitionBytes = partitionBytes(locations, schema, options, spark);
    ReaderConfig reader =
        new ReaderConfig(
            shape.decoding(),
            Arrays.asList(schema.fieldNames()),
            new ObjectMetadata(
                ObjectMetadata.fieldsOf(schema),
                store.s3(locations.get(0).container()).versionId()),
            Arrays.stream(schema.fieldNames()).anyMatch(name -> partitions.indexOf(name) >= 0)
                ? partitions
                : null,
            store,
            ranges(locations, store, options),
            batches(options, spark, partitionBytes, order.batchRows()),
            spark.largeVarTypes());
    SplitRule splits =
        new SplitRule(
            reader.content(),
            options.value(ReadOptions.CHUNK_BYTES).orElse(Long.MAX_VALUE),
            partitionBytes,
            options.value(ReadOptions.OPEN_COST_IN_BYTES),
            spark.minPartitions(),
            maxPartitions(options, spark),
            exactBatches(locations, reader, options, order));
    boolean columnar = columnar(options, spark) && !(shape.decoding() instanceof RecordDecoding);
    return new ReadPlan(list, order, splits, columnar, reader);
  }

  /** Returns how the paths are listed. With columns of directories, all that is below them. */
  static ListSettings list(
      List<Location> locations, ResolvedOptions options, PartitionColumns partitions) {
    return new ListSettings(
        options.value(ReadOptions.RECURSIVE_FILE_LOOKUP) || !partitions.isEmpty(),
        options.storeConfig(locations),
        options.value(ReadOptions.MAX_LISTED_OBJECTS),
        ObjectFilter.of(options),
        options.value(ReadOptions.GLOB_PATHS),
        names(locations, options),
        partitions);
  }

  private static Optional<NameSource> names(List<Location> locations, ResolvedOptions options) {
    Map<OptionKey<?>, NameSource> sources = new LinkedHashMap<>();
    options
        .value(ReadOptions.MANIFEST)
        .map(Location::parse)
        .ifPresent(at -> sources.put(ReadOptions.MANIFEST, new NameSource.InManifest(at)));
    options
        .value(ReadOptions.CHECKPOINT)
        .ifPresent(
            which ->
                sources.put(ReadOptions.CHECKPOINT, new NameSource.InCheckpoint(which.step())));
    template(locations, options)
        .ifPresent(template -> sources.put(ReadOptions.NAME_TEMPLATE, template));
    if (sources.isEmpty()) {
      return Optional.empty();
    }
    if (sources.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid options: %s both name the objects that are read"
              .formatted(
                  sources.keySet().stream()
                      .map(OptionKey::toString)
                      .collect(Collectors.joining(" and "))));
    }
    OptionKey<?> key = sources.keySet().iterator().next();
    options.requireNotSet(
        ReadOptions.RECURSIVE_FILE_LOOKUP, key + " names the objects that are read");
    if (options.value(ReadOptions.GLOB_PATHS)
        && locations.stream().anyMatch(PathPattern::isPattern)) {
      throw new IllegalArgumentException(
          ("Invalid option: '%s' (it names objects below plain paths, and the load has a pattern;"
                  + " set option(\"globPaths\", false) if it is none)")
              .formatted(key));
    }
    if (key == ReadOptions.CHECKPOINT) {
      requireOneCheckpoint(locations, options);
    }
    return sources.values().stream().findFirst();
  }

  private static void requireOneCheckpoint(List<Location> locations, ResolvedOptions options) {
    if (locations.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid option: 'checkpoint' (checkpoints are below one path, and the load has %d)"
              .formatted(locations.size()));
    }
    options.requireNotSet(
        ReadOptions.PATH_GLOB_FILTER,
        "the names of objects of a checkpoint are not those of its states; filter the column name");
  }

  private static Optional<NameSource> template(List<Location> locations, ResolvedOptions options) {
    Optional<String> template = options.value(ReadOptions.NAME_TEMPLATE);
    Optional<Long> count = options.value(ReadOptions.COUNT);
    if (template.isPresent() != count.isPresent()) {
      throw new IllegalArgumentException(
          "Invalid options: nameTemplate and count go together, and %s is missing"
              .formatted(template.isPresent() ? "count" : "nameTemplate"));
    }
    if (template.isPresent() && locations.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid option: 'nameTemplate' (it names objects below one path, and the load has %d)"
              .formatted(locations.size()));
    }
    return template.map(text -> new NameSource.ByTemplate(text, count.orElseThrow()));
  }

  /**
   * The default shrinks to a task's share of the memory budget, but not below one batch: unless
   * nothing is read here.
   */
  private static long partitionBytes(
      List<Location> locations, StructType schema, ResolvedOptions options, SparkSettings spark) {
    long bytes = options.value(ReadOptions.MAX_PARTITION_BYTES);
    boolean given = options.origin(ReadOptions.MAX_PARTITION_BYTES) != Origin.DEFAULT;
    if (given || (ReadSchema.isReference(schema) && ContentRef.namesFiles(locations))) {
      return bytes;
    }
    return Math.min(
        bytes, Math.max(spark.memory().bytesPerTask(), options.value(ReadOptions.MAX_BATCH_BYTES)));
  }

  private static void requireBatches(StructType schema, GlobalOrder order) {
    if (order.batchRows() == 0 && Arrays.asList(schema.fieldNames()).contains(ReadSchema.BATCH)) {
      throw new IllegalArgumentException(
          "Invalid column: '%s' (it numbers the batches of the option batchSize, which is not set)"
              .formatted(ReadSchema.BATCH));
    }
  }

  /** Returns how many splits there are at most: the lower one of two limits. */
  private static OptionalInt maxPartitions(ResolvedOptions options, SparkSettings spark) {
    int workers = options.value(ReadOptions.NUM_WORKERS);
    return workers == 0
        ? spark.maxPartitions()
        : OptionalInt.of(Math.min(workers, spark.maxPartitions().orElse(workers)));
  }

  /** Batches whose bytes are not read are as large as they like. */
  private static Optional<SplitRule.Batches> exactBatches(
      List<Location> locations, ReaderConfig reader, ResolvedOptions options, GlobalOrder order) {
    boolean read = locations.stream().anyMatch(reader::reads);
    return order.batchRows() == 0
        ? Optional.empty()
        : Optional.of(
            new SplitRule.Batches(
                order.batchRows(),
                read ? options.value(ReadOptions.MAX_BATCH_BYTES) : Long.MAX_VALUE));
  }

  private static BatchLimits batches(
      ResolvedOptions options, SparkSettings spark, long partitionBytes, int rows) {
    return new BatchLimits(
        options.value(ReadOptions.MAX_BATCH_BYTES),
        PoolOptions.prefetch(options),
        spark.memory().bytesPerTask(),
        partitionBytes,
        PoolOptions.concurrency(options),
        options.value(ReadOptions.IGNORE_MISSING_FILES),
        rows,
        options.value(PoolOptions.BATCH_TIMEOUT).map(Duration::toMillis).orElse(0L));
  }

  /** Returns how objects are cut into ranges, by scheme. */
  static Map<String, RangeEngineConfig> ranges(
      List<Location> locations, StoreConfig store, ResolvedOptions options) {
    Map<String, RangeEngineConfig> ranges = new HashMap<>();
    for (Location location : locations) {
      ranges.computeIfAbsent(
          location.scheme(),
          scheme -> ranges(Stores.open(location, store).rangeDefaults(), options));
    }
    return ranges;
  }

  private static RangeEngineConfig ranges(RangeEngineConfig defaults, ResolvedOptions options) {
    if (options.value(ReadOptions.RANGE_CHUNK_SIZE).isPresent()) {
      options.requireNotSet(
          ReadOptions.PART_SIZE, "range.chunkSize is in its place: set one of them");
    }
    return new RangeEngineConfig(
        options
            .value(ReadOptions.RANGE_CHUNK_SIZE)
            .or(() -> options.value(ReadOptions.PART_SIZE))
            .orElse(defaults.chunkSize()),
        options
            .value(ReadOptions.RANGE_MAX_CONCURRENT_RANGES)
            .orElse(defaults.maxConcurrentRanges()),
        options.value(ReadOptions.RANGE_MIN_SPLIT_SIZE).orElse(defaults.minSplitSize()),
        options.value(ReadOptions.RANGE_TIMEOUT).orElse(defaults.timeout()));
  }

  private static boolean columnar(ResolvedOptions options, SparkSettings spark) {
    ReadMode mode = options.value(ReadOptions.READ_MODE);
    return mode == ReadMode.COLUMNAR || (mode == ReadMode.AUTO && !spark.hangsOnBatches());
  }
}
