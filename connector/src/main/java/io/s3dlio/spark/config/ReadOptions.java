package io.s3dlio.spark.config;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.types.StructType;

/** The options of reads. */
public final class ReadOptions {
  private static final long MIB = 1L << 20;

  // Which objects.

  public static final OptionKey<Boolean> RECURSIVE_FILE_LOOKUP =
      OptionKeys.flag(
          "recursiveFileLookup",
          Scope.READ,
          true,
          "Whether objects below further slashes are read too. Spark's file sources default to"
              + " false. As with those, an object that several paths name is read once if true,"
              + " else once for each; and if false, directories `name=value` give columns and are"
              + " read.");

  /** Text, as {@link #MANIFEST} is. */
  public static final OptionKey<Optional<String>> BASE_PATH =
      OptionKeys.optional(
          "basePath",
          Scope.READ,
          "location",
          Function.identity(),
          "Directories `name=value` below this, which stands at or above every path of the load, give"
              + " columns ([Paths](paths.md#columns-of-directories)). Default: the paths themselves,"
              + " if `partitionColumns` is set or `recursiveFileLookup` is false.");

  public static final OptionKey<Optional<StructType>> PARTITION_COLUMNS =
      OptionKeys.optional(
          "partitionColumns",
          Scope.READ,
          "columns",
          ColumnTypes::parse,
          "The columns that directories `name=value` give, `label string, day int`: nothing is listed"
              + " to find them. An object without one of these directories is an error. Unset: with"
              + " `basePath` or without `recursiveFileLookup`, those that the directories show.");

  /** Text, since a message of a malformed value would repeat what may be a credential in it. */
  public static final OptionKey<Optional<String>> MANIFEST =
      OptionKeys.optional(
          "manifest",
          Scope.READ,
          "location",
          Function.identity(),
          "Reads the objects that this names, at or below the paths of the load, instead of listing:"
              + " a job's `_s3dlio/<jobId>/manifest.json`, or CSV or Parquet of"
              + " `path,length,etag,modificationTime`, of which only the path is needed, also several"
              + " in a directory ([Paths](paths.md#manifests)).");

  public static final OptionKey<Optional<CheckpointStep>> CHECKPOINT =
      OptionKeys.optional(
          "checkpoint",
          Scope.READ,
          "latest, or a step",
          text -> CheckpointStep.parse(text, CheckpointStep.LATEST),
          "Reads the states of the checkpoint of this step below the path, instead of listing: a row"
              + " for each, with the columns `rank` and `name`"
              + " ([Checkpoints](checkpoints.md#spark)).");

  public static final OptionKey<Optional<String>> NAME_TEMPLATE =
      OptionKeys.optional(
          "nameTemplate",
          Scope.READ,
          "template",
          Function.identity(),
          "Reads the objects below the path that this names, for each index below `count`, as"
              + " `objectName` does for a write, instead of listing: `sample_{:06d}.npz`"
              + " ([Paths](paths.md#names-by-index)).");

  public static final OptionKey<Optional<Long>> COUNT =
      OptionKeys.optional(
          "count",
          Scope.READ,
          "0 or more",
          text -> Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE),
          "How many objects `nameTemplate` names.");

  public static final OptionKey<Boolean> GLOB_PATHS =
      OptionKeys.flag(
          "globPaths",
          Scope.READ,
          true,
          "Whether a path with any of `*?[]{}\\` is a pattern, as in Spark's file sources, where it"
              + " is called `__globPaths__`. False: every path is taken as it is.");

  public static final OptionKey<Optional<NamePattern>> PATH_GLOB_FILTER =
      OptionKeys.optional(
          "pathGlobFilter",
          Scope.READ,
          "glob",
          NamePattern::new,
          "Only objects whose name, what follows the last slash of the path, matches: `*`, `?`,"
              + " `[a-c]`, `[^a]`, `{jpg,png}`, `\\` before what stands for itself.");

  public static final OptionKey<Optional<String>> MODIFIED_AFTER =
      OptionKeys.optional(
          "modifiedAfter",
          Scope.READ,
          "time",
          ReadOptions::time,
          "Only objects last written after this time, `2026-01-31T12:00:00` or what else Spark casts"
              + " to a timestamp.");

  public static final OptionKey<Optional<String>> MODIFIED_BEFORE =
      OptionKeys.optional(
          "modifiedBefore",
          Scope.READ,
          "time",
          ReadOptions::time,
          "Only objects last written before this time.");

  public static final OptionKey<Optional<ZoneId>> TIME_ZONE =
      new OptionKey<>(
          "timeZone",
          Scope.READ,
          "time zone",
          "",
          "In which `modifiedAfter`, `modifiedBefore` and directories are meant if they tell none. Spark's file"
              + " sources shift them by the zone a second time; here they are the times that they say."
              + " Default: the JVM's.",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(Times.zone(text)),
          Optional.of("spark.sql.session.timeZone"));

  public static final OptionKey<Boolean> IGNORE_MISSING_FILES =
      OptionKeys.sparkFlag(
          "ignoreMissingFiles",
          Scope.READ,
          "spark.sql.files.ignoreMissingFiles",
          false,
          "Whether objects that vanish between the listing and the read are left out instead of"
              + " failing the job.");

  public static final OptionKey<Long> MAX_LISTED_OBJECTS =
      OptionKeys.number(
          "maxListedObjects",
          Scope.READ,
          10_000_000L,
          1,
          Integer.MAX_VALUE - 8L,
          "How many objects one read may list on the driver; past it planning fails.");

  // In which order.

  public static final OptionKey<Boolean> SHUFFLE =
      OptionKeys.flag(
          "shuffle",
          Scope.READ,
          false,
          "Whether objects come in a random order, over all splits: the same one whenever the objects,"
              + " `seed` and `epoch` are the same ([Order](planning.md#order-and-batches)).");

  public static final OptionKey<Optional<Long>> SEED =
      OptionKeys.optional(
          "seed",
          Scope.READ,
          "any 64-bit integer",
          text -> Sizes.parseNumberWithin(text, Long.MIN_VALUE, Long.MAX_VALUE),
          "Of `shuffle`. Default: drawn once for each `load()`, and shown in its plans.");

  public static final OptionKey<Long> EPOCH =
      OptionKeys.number(
          "epoch",
          Scope.READ,
          0,
          0,
          Long.MAX_VALUE,
          "Of `shuffle`: each number gives another order, that of the seed.");

  public static final OptionKey<Optional<Integer>> BATCH_SIZE =
      OptionKeys.optional(
          "batchSize",
          Scope.READ,
          "1 to 1048576",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 1 << 20)),
          "How many rows a batch has, counted over the whole read; splits have whole batches, and the"
              + " hidden column `_batch` numbers them. Of more bytes than `maxBatchBytes` they are an"
              + " error. Unset: bytes decide.");

  public static final OptionKey<Boolean> DROP_LAST =
      OptionKeys.flag(
          "dropLast",
          Scope.READ,
          false,
          "Whether the objects of the last batch are left out if it has fewer than `batchSize`.");

  public static final OptionKey<Integer> NUM_WORKERS =
      OptionKeys.integer(
          "numWorkers",
          Scope.READ,
          0,
          0,
          1_000_000,
          "How many splits there are at most, except that a split has 1048576 rows at most and is of"
              + " one container; 0: as many as the other options make.");

  // How they become splits, rows and batches.

  public static final OptionKey<Optional<Long>> CHUNK_BYTES =
      OptionKeys.optional(
          "chunkBytes",
          Scope.READ,
          "size, 1 to 2000mb",
          text -> Sizes.parseWithin(text, 1, 2000 * MIB),
          "Objects larger than this become several rows, each with its `offset`. Unset: one row an"
              + " object.");

  public static final OptionKey<Long> MAX_PARTITION_BYTES =
      OptionKeys.sparkSize(
          "maxPartitionBytes",
          Scope.READ,
          "spark.sql.files.maxPartitionBytes",
          128 * MIB,
          1,
          Long.MAX_VALUE / 4,
          "The most bytes that one split reads, but for a row that alone is larger. By default not"
              + " more than a task's share of `memoryBudget`. A read of `_content_ref` alone: 1gb on"
              + " `file://`, else 512mb within that share, since a Python task itself costs much.");

  public static final OptionKey<Long> OPEN_COST_IN_BYTES =
      OptionKeys.sparkSize(
          "openCostInBytes",
          Scope.READ,
          "spark.sql.files.openCostInBytes",
          256 << 10,
          0,
          Long.MAX_VALUE / 4,
          "What opening an object costs, in bytes that could be read meanwhile; objects are packed"
              + " into splits by it. The default is Spark's 4 MiB over the 16 objects that a task"
              + " opens at once: few large splits for small objects. `file://` alone: 64k by"
              + " default.");

  public static final OptionKey<Long> MAX_BATCH_BYTES =
      OptionKeys.size(
          "maxBatchBytes",
          Scope.READ,
          16 * MIB,
          1,
          Integer.MAX_VALUE - 8L,
          "A batch ends at this many bytes of content; a row that alone is larger is a batch of its"
              + " own. `file://` alone: 2mb by default, which stay in the processor's cache. With"
              + " `batchSize`: a task's share of `memoryBudget` by default, if that is more.");

  public static final OptionKey<ReadMode> READ_MODE =
      OptionKeys.choice(
          "readMode",
          Scope.READ,
          ReadMode.class,
          ReadMode.AUTO,
          "`columnar` gives Spark Arrow batches, `rows` gives it rows; `auto` is columnar but where"
              + " Spark is broken (4.2.0 with columnar Python input).");

  public static final OptionKey<Integer> PREFETCH =
      OptionKeys.integer(
          "prefetch",
          Scope.READ,
          2,
          0,
          1024,
          "How many batches are read ahead of the one in use, within the memory budget. Of larger"
              + " batches than `maxBatchBytes`, as a large object makes them, fewer, but one. `file://`"
              + " alone: 1 by default, since its page cache has little latency to hide.");

  // How much at once.

  public static final OptionKey<Integer> MAX_CONCURRENCY =
      OptionKeys.integer(
          "maxConcurrency",
          Scope.READ,
          16,
          1,
          1024,
          "How many ranges one task has in flight at most, within `spark.s3dlio.concurrencyBudget`"
              + " for all tasks of a JVM.");

  public static final OptionKey<Optional<Long>> PART_SIZE =
      OptionKeys.optional(
          "partSize",
          Scope.READ,
          "size, 64k to 1gb",
          text -> Sizes.parseWithin(text, 64 << 10, 1 << 30),
          "The size of a range when an object is read in several, as `range.chunkSize` says too: set"
              + " one of them. Default: the store's, 64 MiB.");

  public static final OptionKey<Optional<Long>> RANGE_CHUNK_SIZE =
      OptionKeys.optional(
          "range.chunkSize",
          Scope.READ,
          "size, 4k to 16gb",
          text -> Sizes.parseWithin(text, 4096, 16L << 30),
          "The size of a range when an object is read in several. Default: the store's, 64 MiB.");

  public static final OptionKey<Optional<Integer>> RANGE_MAX_CONCURRENT_RANGES =
      OptionKeys.optional(
          "range.maxConcurrentRanges",
          Scope.READ,
          "1 to 1024",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 1024)),
          "How many ranges of one object are in flight at most. Default: the store's, 32.");

  public static final OptionKey<Optional<Long>> RANGE_MIN_SPLIT_SIZE =
      OptionKeys.optional(
          "range.minSplitSize",
          Scope.READ,
          "size, 1 to 16gb",
          text -> Sizes.parseWithin(text, 1, 16L << 30),
          "Reads shorter than this are one range. Default: the store's, 4 MiB (`direct://`: 16"
              + " MiB).");

  public static final OptionKey<Optional<Duration>> RANGE_TIMEOUT =
      OptionKeys.optional(
          "range.timeout",
          Scope.READ,
          "time, 1ms to 1d",
          text -> Sizes.parseDurationWithin(text, Duration.ofMillis(1), Duration.ofDays(1)),
          "How long one range may take, its retries included. Default: the store's, 30s.");

  private static final List<OptionKey<?>> ALL =
      List.of(
          RECURSIVE_FILE_LOOKUP,
          BASE_PATH,
          PARTITION_COLUMNS,
          MANIFEST,
          CHECKPOINT,
          NAME_TEMPLATE,
          COUNT,
          GLOB_PATHS,
          PATH_GLOB_FILTER,
          MODIFIED_AFTER,
          MODIFIED_BEFORE,
          TIME_ZONE,
          IGNORE_MISSING_FILES,
          MAX_LISTED_OBJECTS,
          SHUFFLE,
          SEED,
          EPOCH,
          BATCH_SIZE,
          DROP_LAST,
          NUM_WORKERS,
          CHUNK_BYTES,
          MAX_PARTITION_BYTES,
          OPEN_COST_IN_BYTES,
          MAX_BATCH_BYTES,
          READ_MODE,
          PREFETCH,
          MAX_CONCURRENCY,
          PART_SIZE,
          RANGE_CHUNK_SIZE,
          RANGE_MAX_CONCURRENT_RANGES,
          RANGE_MIN_SPLIT_SIZE,
          RANGE_TIMEOUT);

  private ReadOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }

  /** Checks a time, whose zone is told elsewhere. */
  private static String time(String text) {
    Times.micros(text, ZoneOffset.UTC);
    return text;
  }
}
