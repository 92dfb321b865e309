package io.s3dlio.spark.config;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.OnExisting;
import io.s3dlio.storage.PageCacheMode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;

/** Every option of the connector. What is not here does not exist. */
public final class Options {
  private static final long MIB = 1L << 20;

  // How a store is opened.

  public static final OptionKey<PageCacheMode> PAGE_CACHE_MODE =
      choice(
          "pageCacheMode",
          Scope.CONNECTION,
          PageCacheMode.class,
          PageCacheMode.AUTO,
          "What `file://` tells the operating system about the page cache: `auto` is `sequential` for"
              + " files of 64 MiB and more and `random` below; `dontneed` drops pages after use.");

  public static final OptionKey<Boolean> DIRECT_FALLBACK =
      flag(
          "directFallback",
          Scope.CONNECTION,
          false,
          "Whether `direct://` goes through the page cache where the file system refuses O_DIRECT,"
              + " instead of failing.");

  // Reading: which objects.

  public static final OptionKey<Boolean> RECURSIVE_FILE_LOOKUP =
      flag(
          "recursiveFileLookup",
          Scope.READ,
          true,
          "Whether objects below further slashes are read too. Spark's file sources default to"
              + " false. As with those, an object that several paths name is read once if true,"
              + " else once for each; and if false, directories `name=value` give columns and are"
              + " read.");

  /** Text, as {@link #MANIFEST} is. */
  public static final OptionKey<Optional<String>> BASE_PATH =
      optional(
          "basePath",
          Scope.READ,
          "location",
          Function.identity(),
          "Directories `name=value` below this, which stands at or above every path of the load, give"
              + " columns ([Paths](paths.md#columns-of-directories)). Default: the paths themselves,"
              + " if `partitionColumns` is set or `recursiveFileLookup` is false.");

  public static final OptionKey<Optional<StructType>> PARTITION_COLUMNS =
      optional(
          "partitionColumns",
          Scope.READ,
          "columns",
          ColumnTypes::parse,
          "The columns that directories `name=value` give, `label string, day int`: nothing is listed"
              + " to find them. An object without one of these directories is an error. Unset: with"
              + " `basePath` or without `recursiveFileLookup`, those that the directories show.");

  /** Text, since a message of a malformed value would repeat what may be a credential in it. */
  public static final OptionKey<Optional<String>> MANIFEST =
      optional(
          "manifest",
          Scope.READ,
          "location",
          Function.identity(),
          "Reads the objects that this names, at or below the paths of the load, instead of listing:"
              + " a job's `_s3dlio/<jobId>/manifest.json`, or CSV or Parquet of"
              + " `path,length,etag,modificationTime`, of which only the path is needed, also several"
              + " in a directory ([Paths](paths.md#manifests)).");

  public static final OptionKey<Optional<String>> NAME_TEMPLATE =
      optional(
          "nameTemplate",
          Scope.READ,
          "template",
          Function.identity(),
          "Reads the objects below the path that this names, for each index below `count`, as"
              + " `objectName` does for a write, instead of listing: `sample_{:06d}.npz`"
              + " ([Paths](paths.md#names-by-index)).");

  public static final OptionKey<Optional<Long>> COUNT =
      optional(
          "count",
          Scope.READ,
          "0 or more",
          text -> Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE),
          "How many objects `nameTemplate` names.");

  public static final OptionKey<Boolean> GLOB_PATHS =
      flag(
          "globPaths",
          Scope.READ,
          true,
          "Whether a path with any of `*?[]{}\\` is a pattern, as in Spark's file sources, where it"
              + " is called `__globPaths__`. False: every path is taken as it is.");

  public static final OptionKey<Optional<NamePattern>> PATH_GLOB_FILTER =
      optional(
          "pathGlobFilter",
          Scope.READ,
          "glob",
          NamePattern::new,
          "Only objects whose name, what follows the last slash of the path, matches: `*`, `?`,"
              + " `[a-c]`, `[^a]`, `{jpg,png}`, `\\` before what stands for itself.");

  public static final OptionKey<Optional<String>> MODIFIED_AFTER =
      optional(
          "modifiedAfter",
          Scope.READ,
          "time",
          Options::time,
          "Only objects last written after this time, `2026-01-31T12:00:00` or what else Spark casts"
              + " to a timestamp.");

  public static final OptionKey<Optional<String>> MODIFIED_BEFORE =
      optional(
          "modifiedBefore",
          Scope.READ,
          "time",
          Options::time,
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
      sparkFlag(
          "ignoreMissingFiles",
          Scope.READ,
          "spark.sql.files.ignoreMissingFiles",
          false,
          "Whether objects that vanish between the listing and the read are left out instead of"
              + " failing the job.");

  public static final OptionKey<Long> MAX_LISTED_OBJECTS =
      number(
          "maxListedObjects",
          Scope.READ,
          10_000_000L,
          1,
          Integer.MAX_VALUE - 8L,
          "How many objects one read may list on the driver; past it planning fails.");

  // Reading: in which order.

  public static final OptionKey<Boolean> SHUFFLE =
      flag(
          "shuffle",
          Scope.READ,
          false,
          "Whether objects come in a random order, over all splits: the same one whenever the objects,"
              + " `seed` and `epoch` are the same ([Order](planning.md#order-and-batches)).");

  public static final OptionKey<Optional<Long>> READ_SEED =
      optional(
          "seed",
          Scope.READ,
          "any 64-bit integer",
          text -> Sizes.parseNumberWithin(text, Long.MIN_VALUE, Long.MAX_VALUE),
          "Of `shuffle`. Default: drawn once for each `load()`, and shown in its plans.");

  public static final OptionKey<Long> EPOCH =
      number(
          "epoch",
          Scope.READ,
          0,
          0,
          Long.MAX_VALUE,
          "Of `shuffle`: each number gives another order, that of the seed.");

  public static final OptionKey<Optional<Integer>> BATCH_SIZE =
      optional(
          "batchSize",
          Scope.READ,
          "1 to 1048576",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 1 << 20)),
          "How many rows a batch has, counted over the whole read; splits have whole batches, and the"
              + " hidden column `_batch` numbers them. Of more bytes than `maxBatchBytes` they are an"
              + " error. Unset: bytes decide.");

  public static final OptionKey<Boolean> DROP_LAST =
      flag(
          "dropLast",
          Scope.READ,
          false,
          "Whether the objects of the last batch are left out if it has fewer than `batchSize`.");

  public static final OptionKey<Integer> NUM_WORKERS =
      integer(
          "numWorkers",
          Scope.READ,
          0,
          0,
          1_000_000,
          "How many splits there are at most, except that a split has 1048576 rows at most and is of"
              + " one container; 0: as many as the other options make.");

  // Reading: how they become splits, rows and batches.

  public static final OptionKey<Optional<Long>> CHUNK_BYTES =
      optional(
          "chunkBytes",
          Scope.READ,
          "size, 1 to 2000mb",
          text -> Sizes.parseWithin(text, 1, 2000 * MIB),
          "Objects larger than this become several rows, each with its `offset`. Unset: one row an"
              + " object.");

  public static final OptionKey<Long> MAX_PARTITION_BYTES =
      sparkSize(
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
      sparkSize(
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
      size(
          "maxBatchBytes",
          Scope.READ,
          16 * MIB,
          1,
          Integer.MAX_VALUE - 8L,
          "A batch ends at this many bytes of content; a row that alone is larger is a batch of its"
              + " own. `file://` alone: 2mb by default, which stay in the processor's cache. With"
              + " `batchSize`: a task's share of `memoryBudget` by default, if that is more.");

  public static final OptionKey<ReadMode> READ_MODE =
      choice(
          "readMode",
          Scope.READ,
          ReadMode.class,
          ReadMode.AUTO,
          "`columnar` gives Spark Arrow batches, `rows` gives it rows; `auto` is columnar but where"
              + " Spark is broken (4.2.0 with columnar Python input).");

  public static final OptionKey<Integer> PREFETCH =
      integer(
          "prefetch",
          Scope.READ,
          2,
          0,
          1024,
          "How many batches are read ahead of the one in use, within the memory budget. Of larger"
              + " batches than `maxBatchBytes`, as a large object makes them, fewer, but one. `file://`"
              + " alone: 1 by default, since its page cache has little latency to hide.");

  // Reading and writing: how much at once.

  public static final OptionKey<Integer> READ_MAX_CONCURRENCY =
      integer(
          "maxConcurrency",
          Scope.READ,
          16,
          1,
          1024,
          "How many ranges one task has in flight at most, within `spark.s3dlio.concurrencyBudget`"
              + " for all tasks of a JVM.");

  public static final OptionKey<Optional<Long>> RANGE_CHUNK_SIZE =
      optional(
          "range.chunkSize",
          Scope.READ,
          "size, 4k to 16gb",
          text -> Sizes.parseWithin(text, 4096, 16L << 30),
          "The size of a range when an object is read in several. Default: the store's, 64 MiB.");

  public static final OptionKey<Optional<Integer>> RANGE_MAX_CONCURRENT_RANGES =
      optional(
          "range.maxConcurrentRanges",
          Scope.READ,
          "1 to 1024",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 1024)),
          "How many ranges of one object are in flight at most. Default: the store's, 32.");

  public static final OptionKey<Optional<Long>> RANGE_MIN_SPLIT_SIZE =
      optional(
          "range.minSplitSize",
          Scope.READ,
          "size, 1 to 16gb",
          text -> Sizes.parseWithin(text, 1, 16L << 30),
          "Reads shorter than this are one range. Default: the store's, 4 MiB (`direct://`: 16"
              + " MiB).");

  public static final OptionKey<Optional<Duration>> RANGE_TIMEOUT =
      optional(
          "range.timeout",
          Scope.READ,
          "time, 1ms to 1d",
          text -> Sizes.parseDurationWithin(text, Duration.ofMillis(1), Duration.ofDays(1)),
          "How long one range may take, its retries included. Default: the store's, 30s.");

  // Writing.

  public static final OptionKey<ObjectType> OBJECT_TYPE =
      new OptionKey<>(
          "objectType",
          Scope.WRITE,
          names(ObjectType.class),
          "random",
          "What synthetic objects hold ([Formats](formats.md)); the column `object_type` overrides it per"
              + " row.",
          ObjectType::parse,
          Optional.empty());

  public static final OptionKey<Integer> RECORDS_PER_OBJECT =
      new OptionKey<>(
          "recordsPerObject",
          Scope.WRITE,
          "1 to 2147483647",
          "1",
          "How many samples a synthetic object of a file format holds: [Formats](formats.md).",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, Integer.MAX_VALUE)),
          Optional.empty());

  public static final OptionKey<Optional<Long>> OBJECT_SIZE =
      optional(
          "objectSize",
          Scope.WRITE,
          "size, 0 to 5tb",
          text -> Sizes.parseWithin(text, 0, 5L << 40),
          "The size of synthetic objects; the column `size` overrides it per row.");

  public static final OptionKey<String> OBJECT_NAME =
      new OptionKey<>(
          "objectName",
          Scope.WRITE,
          "template",
          "object_{:08d}.bin",
          "Names synthetic objects by their index: `{}`, `{index}`, `{:06d}`, `{count}`; the column"
              + " `name` overrides it per row.",
          Function.identity(),
          Optional.empty());

  public static final OptionKey<Optional<Long>> OBJECT_COUNT =
      optional(
          "objectCount",
          Scope.WRITE,
          "0 or more",
          text -> Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE),
          "How many synthetic objects there will be, their indexes being below it. Needed by names"
              + " with `{count}`, and by one object's name without a placeholder.");

  public static final OptionKey<Long> SEED =
      number(
          "seed",
          Scope.WRITE,
          0,
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          "With an object's index it determines the bytes of synthetic objects.");

  public static final OptionKey<OnExisting> ON_EXISTING =
      choice(
          "onExisting",
          Scope.WRITE,
          OnExisting.class,
          OnExisting.ERROR,
          "What happens to an object that is already there: `error` fails the job unless it is byte"
              + " for byte what would be written, `skip` leaves it, `overwrite` replaces it.");

  public static final OptionKey<Boolean> OVERWRITE_PREFIX =
      flag(
          "overwritePrefix",
          Scope.WRITE,
          false,
          "Allows `.mode(\"overwrite\")`, which deletes the objects below the path that the job did"
              + " not write, after it has succeeded.");

  public static final OptionKey<Integer> WRITE_MAX_CONCURRENCY =
      integer(
          "maxConcurrency",
          Scope.WRITE,
          16,
          1,
          1024,
          "How many objects one task has in flight at most, within `spark.s3dlio.concurrencyBudget`"
              + " for all tasks of a JVM; rows under way hold `maxConcurrency` x"
              + " `partSize` bytes of content.");

  public static final OptionKey<Long> PART_SIZE =
      size(
          "partSize",
          Scope.WRITE,
          8 * MIB,
          64 << 10,
          1 << 30,
          "How many bytes of an object are in memory at a time. On `s3://` the size of an upload's"
              + " parts, 16 MiB unless set and 5 MiB at least, of which `partsInFlight` are in"
              + " memory.");

  // The JVM.

  public static final OptionKey<Optional<Long>> MEMORY_BUDGET =
      optional(
          "memoryBudget",
          Scope.JVM,
          "size, 1mb or more",
          text -> Sizes.parseWithin(text, MIB, Long.MAX_VALUE / 4),
          "The off-heap bytes of the buffer pool in one JVM. Default: half of the executor's memory"
              + " overhead; without one, half of the JVM's limit on direct memory.");

  public static final OptionKey<Optional<Integer>> CONCURRENCY_BUDGET =
      optional(
          "concurrencyBudget",
          Scope.JVM,
          "1 to 10000",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 10_000)),
          "How many ranges all tasks of one JVM read at once, at most, and how many objects they"
              + " write at once, whatever their `maxConcurrency`; past it they take turns. Default:"
              + " 128. `maxConnections` bounds the requests to each server of `s3://` besides.");

  public static final OptionKey<Optional<Path>> SHARED_MEMORY_DIR =
      optional(
          "sharedMemoryDir",
          Scope.JVM,
          "folder",
          Path::of,
          "Where content that Python reads by reference lies: a folder that Python workers see too,"
              + " better on a file system in memory. Default: `/dev/shm`, if that is a tmpfs.");

  public static final OptionKey<Optional<Long>> SHARED_MEMORY_BUDGET =
      optional(
          "sharedMemoryBudget",
          Scope.JVM,
          "size, 0 or more",
          text -> Sizes.parseWithin(text, 0, Long.MAX_VALUE / 4),
          "How much shared memory one JVM has at most for content by reference; past it content"
              + " travels inline. It counts as the executor's memory where that is limited. Default:"
              + " nine eighths of `memoryBudget`, since memory comes in steps of an eighth. 0: none.");

  private static final List<OptionKey<?>> OWN =
      List.of(
          PAGE_CACHE_MODE,
          DIRECT_FALLBACK,
          RECURSIVE_FILE_LOOKUP,
          BASE_PATH,
          PARTITION_COLUMNS,
          MANIFEST,
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
          READ_SEED,
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
          READ_MAX_CONCURRENCY,
          RANGE_CHUNK_SIZE,
          RANGE_MAX_CONCURRENT_RANGES,
          RANGE_MIN_SPLIT_SIZE,
          RANGE_TIMEOUT,
          OBJECT_TYPE,
          RECORDS_PER_OBJECT,
          OBJECT_SIZE,
          OBJECT_NAME,
          OBJECT_COUNT,
          SEED,
          ON_EXISTING,
          OVERWRITE_PREFIX,
          WRITE_MAX_CONCURRENCY,
          PART_SIZE,
          MEMORY_BUDGET,
          CONCURRENCY_BUDGET,
          SHARED_MEMORY_DIR,
          SHARED_MEMORY_BUDGET);

  private static final List<OptionKey<?>> ALL =
      Stream.concat(OWN.stream(), S3Options.all().stream()).toList();

  private Options() {}

  /** Returns every option, in the order in which the docs show them. */
  public static List<OptionKey<?>> all() {
    return ALL;
  }

  static OptionKey<Boolean> flag(String name, Scope scope, boolean value, String doc) {
    return new OptionKey<>(
        name, scope, "true, false", String.valueOf(value), doc, Options::bool, Optional.empty());
  }

  private static OptionKey<Boolean> sparkFlag(
      String name, Scope scope, String setting, boolean value, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "true, false",
        String.valueOf(value),
        doc,
        Options::bool,
        Optional.of(setting));
  }

  static OptionKey<Integer> integer(
      String name, Scope scope, int value, int min, int max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "%d to %d".formatted(min, max),
        String.valueOf(value),
        doc,
        text -> Math.toIntExact(Sizes.parseNumberWithin(text, min, max)),
        Optional.empty());
  }

  static OptionKey<Long> number(
      String name, Scope scope, long value, long min, long max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        min == Long.MIN_VALUE ? "any 64-bit integer" : "%d to %d".formatted(min, max),
        String.valueOf(value),
        doc,
        text -> Sizes.parseNumberWithin(text, min, max),
        Optional.empty());
  }

  static OptionKey<Long> size(
      String name, Scope scope, long value, long min, long max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "size, %s to %s".formatted(Sizes.format(min), Sizes.format(max)),
        Sizes.format(value),
        doc,
        text -> Sizes.parseWithin(text, min, max),
        Optional.empty());
  }

  private static OptionKey<Long> sparkSize(
      String name, Scope scope, String setting, long value, long min, long max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "size",
        Sizes.format(value),
        doc,
        text -> Sizes.parseWithin(text, min, max),
        Optional.of(setting));
  }

  static <T> OptionKey<Optional<T>> optional(
      String name, Scope scope, String type, Function<String, T> parser, String doc) {
    return new OptionKey<>(
        name,
        scope,
        type,
        "",
        doc,
        text -> text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text)),
        Optional.empty());
  }

  /** Checks a time, whose zone is told elsewhere. */
  private static String time(String text) {
    Times.micros(text, ZoneOffset.UTC);
    return text;
  }

  static <E extends Enum<E>> OptionKey<E> choice(
      String name, Scope scope, Class<E> type, E value, String doc) {
    return new OptionKey<>(
        name,
        scope,
        names(type),
        spelled(value),
        doc,
        text ->
            Arrays.stream(type.getEnumConstants())
                .filter(constant -> spelled(constant).equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + names(type))),
        Optional.empty());
  }

  private static String names(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(Options::spelled)
        .collect(Collectors.joining(", "));
  }

  private static String spelled(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace("_", "");
  }

  static boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }
}
