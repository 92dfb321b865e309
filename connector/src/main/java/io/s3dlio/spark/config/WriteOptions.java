package io.s3dlio.spark.config;

import io.s3dlio.datagen.Compression;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.OnExisting;
import io.s3dlio.datagen.SizeDistribution;
import io.s3dlio.storage.checkpoint.CheckpointLayout;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The options of writes. */
public final class WriteOptions {
  private static final long MIB = 1L << 20;

  public static final OptionKey<Optional<CheckpointStep>> CHECKPOINT =
      OptionKeys.optional(
          "checkpoint",
          Scope.WRITE,
          "next, or a step",
          text -> CheckpointStep.parse(text, CheckpointStep.NEXT),
          "Saves the rows, `name`, `content` and perhaps `rank`, as the states of one checkpoint, of"
              + " this step or of the one after the latest ([Checkpoints](checkpoints.md#spark)).");

  public static final OptionKey<CheckpointLayout> CHECKPOINT_LAYOUT =
      OptionKeys.choice(
          "checkpointLayout",
          Scope.WRITE,
          CheckpointLayout.class,
          CheckpointLayout.FLAT,
          "With `checkpoint`: how the keys of states are spread, `flat` in one folder, `roundrobin`"
              + " over 16 prefixes, `hashed` over 256.");

  public static final OptionKey<Encoding> ENCODE =
      OptionKeys.choice(
          "encode",
          Scope.WRITE,
          Encoding.class,
          Encoding.NONE,
          "Writes the rows as records of `tfrecord` files or as samples of `npz` archives,"
              + " [a file or more for each partition](formats.md#dataframes-as-tfrecord-and-npz).");

  public static final OptionKey<RecordType> RECORD_TYPE =
      new OptionKey<>(
          "recordType",
          Scope.WRITE,
          RecordType.NAMES,
          RecordType.EXAMPLE.toString(),
          "What the records of `encode=tfrecord` hold; with `ByteArray` the one BINARY column as it"
              + " is.",
          RecordType::parse,
          Optional.empty());

  public static final OptionKey<Compression> COMPRESSION =
      OptionKeys.choice(
          "compression",
          Scope.WRITE,
          Compression.class,
          Compression.NONE,
          "How files are compressed. Of `encode=tfrecord`: `gzip`, each as a whole. Of synthetic"
              + " objects: `deflate` for `npz`, `gzip` or `zlib` for `tfrecord`, `gzip` for `hdf5`, and"
              + " `objectSize` is the size before ([Formats](formats.md#compressed-objects)).");

  public static final OptionKey<Optional<Compression>> CODEC =
      OptionKeys.optional(
          "codec",
          Scope.WRITE,
          "gzip, or Hadoop's class",
          WriteOptions::codec,
          "spark-tfrecord's name for `compression`: `org.apache.hadoop.io.compress.GzipCodec`.");

  public static final OptionKey<Long> MAX_RECORDS_PER_FILE =
      new OptionKey<>(
          "maxRecordsPerFile",
          Scope.WRITE,
          "0 or more",
          "0",
          "How many rows a file of `encode` has at most; 0 is no limit.",
          text -> Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE),
          Optional.of("spark.sql.files.maxRecordsPerFile"));

  public static final OptionKey<Optional<Long>> MAX_BYTES_PER_FILE =
      OptionKeys.optional(
          "maxBytesPerFile",
          Scope.WRITE,
          "size, 1 to 1gb",
          text -> Sizes.parseWithin(text, 1, 1L << 30),
          "A file of `encode` ends with the row by which it has so many bytes, before compression."
              + " Not limited for `tfrecord`; 128mb for `npz`, which holds them in memory.");

  public static final OptionKey<Optional<SampleAxis>> SAMPLE_AXIS =
      OptionKeys.optional(
          "sampleAxis",
          Scope.WRITE,
          "0, -1",
          SampleAxis::parse,
          "Which axis of the arrays of `encode=npz` the rows are: the first, or the last. Default, as"
              + " in reads: the last of the array `x`, as DLIO has it, the first of others.");

  public static final OptionKey<ObjectType> OBJECT_TYPE =
      new OptionKey<>(
          "objectType",
          Scope.WRITE,
          OptionKeys.names(ObjectType.class),
          "random",
          "What synthetic objects hold ([Formats](formats.md)); the column `object_type` overrides it per"
              + " row.",
          ObjectType::parse,
          Optional.empty());

  public static final OptionKey<Integer> RECORDS_PER_OBJECT =
      OptionKeys.integer(
          "recordsPerObject",
          Scope.WRITE,
          1,
          1,
          Integer.MAX_VALUE,
          "How many samples a synthetic object of a file format holds: [Formats](formats.md).");

  public static final OptionKey<Boolean> TFRECORD_INDEX =
      OptionKeys.flag(
          "tfrecordIndex",
          Scope.WRITE,
          false,
          "Writes the index of each synthetic `tfrecord` object beside it, as `<name>.idx`:"
              + " [Formats](formats.md#index-files).");

  public static final OptionKey<Optional<SizeDistribution>> OBJECT_SIZE =
      OptionKeys.optional(
          "objectSize",
          Scope.WRITE,
          "size, 0 to 5tb; uniform(min,max); lognormal(mean,deviation[,min,max])",
          ObjectSizes::parse,
          "The size of synthetic objects, or how their sizes are distributed"
              + " ([Formats](formats.md#sizes)); the column `size` overrides it per row.");

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
      OptionKeys.optional(
          "objectCount",
          Scope.WRITE,
          "0 or more",
          text -> Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE),
          "How many synthetic objects there will be, their indexes being below it. Needed by names"
              + " with `{count}`, and by one object's name without a placeholder.");

  public static final OptionKey<Layout> LAYOUT =
      OptionKeys.choice(
          "layout",
          Scope.WRITE,
          Layout.class,
          Layout.TEMPLATE,
          "What names synthetic objects: `template` is `objectName`; `dlio` names them as DLIO does,"
              + " in `train/` and `valid/` ([Data sets for DLIO](formats.md#data-sets-for-dlio)).");

  public static final OptionKey<Optional<Long>> NUM_FILES_TRAIN =
      OptionKeys.optional(
          "numFilesTrain",
          Scope.WRITE,
          "0 or more",
          text -> Sizes.parseNumberWithin(text, 0, Long.MAX_VALUE / 2),
          "With `layout=dlio`: how many objects `train/` has, those with the least ids.");

  public static final OptionKey<Long> NUM_FILES_EVAL =
      OptionKeys.number(
          "numFilesEval",
          Scope.WRITE,
          0,
          0,
          Long.MAX_VALUE / 2,
          "With `layout=dlio`: how many objects `valid/` has, those with the ids that follow.");

  public static final OptionKey<Integer> NUM_SUBFOLDERS_TRAIN =
      OptionKeys.integer(
          "numSubfoldersTrain",
          Scope.WRITE,
          0,
          0,
          Integer.MAX_VALUE,
          "With `layout=dlio`: over how many folders the objects of `train/` go in turn; 0 for none.");

  public static final OptionKey<Integer> NUM_SUBFOLDERS_EVAL =
      OptionKeys.integer(
          "numSubfoldersEval",
          Scope.WRITE,
          0,
          0,
          Integer.MAX_VALUE,
          "With `layout=dlio`: the same of `valid/`.");

  public static final OptionKey<String> FILE_PREFIX =
      new OptionKey<>(
          "filePrefix",
          Scope.WRITE,
          "text",
          "img",
          "With `layout=dlio`: what the names of files begin with.",
          Function.identity(),
          Optional.empty());

  public static final OptionKey<Long> SEED =
      OptionKeys.number(
          "seed",
          Scope.WRITE,
          0,
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          "With an object's index it determines the bytes of synthetic objects.");

  public static final OptionKey<OnExisting> ON_EXISTING =
      OptionKeys.choice(
          "onExisting",
          Scope.WRITE,
          OnExisting.class,
          OnExisting.ERROR,
          "What happens to an object that is already there: `error` fails the job unless it is byte"
              + " for byte what would be written, `skip` leaves it, `overwrite` replaces it.");

  public static final OptionKey<Boolean> OVERWRITE_PREFIX =
      OptionKeys.flag(
          "overwritePrefix",
          Scope.WRITE,
          false,
          "Allows `.mode(\"overwrite\")`, which deletes the objects below the path that the job did"
              + " not write, after it has succeeded.");

  public static final OptionKey<Integer> MAX_CONCURRENCY =
      OptionKeys.integer(
          "maxConcurrency",
          Scope.WRITE,
          16,
          1,
          1024,
          "How many objects one task has in flight at most, within `spark.s3dlio.concurrencyBudget`"
              + " for all tasks of a JVM; rows under way hold `maxConcurrency` x"
              + " `partSize` bytes of content.");

  public static final OptionKey<Long> PART_SIZE =
      OptionKeys.size(
          "partSize",
          Scope.WRITE,
          8 * MIB,
          64 << 10,
          1 << 30,
          "How many bytes of an object are in memory at a time. On `s3://`, `az://` and `gs://` the"
              + " size of an upload's parts, 16 MiB unless set and 5 MiB at least, of which"
              + " `partsInFlight` are in memory.");

  private static final String HADOOP_GZIP = "org.apache.hadoop.io.compress.GzipCodec";

  private static final List<OptionKey<?>> ALL =
      List.of(
          CHECKPOINT,
          CHECKPOINT_LAYOUT,
          ENCODE,
          RECORD_TYPE,
          COMPRESSION,
          CODEC,
          MAX_RECORDS_PER_FILE,
          MAX_BYTES_PER_FILE,
          SAMPLE_AXIS,
          OBJECT_TYPE,
          RECORDS_PER_OBJECT,
          TFRECORD_INDEX,
          OBJECT_SIZE,
          OBJECT_NAME,
          OBJECT_COUNT,
          LAYOUT,
          NUM_FILES_TRAIN,
          NUM_FILES_EVAL,
          NUM_SUBFOLDERS_TRAIN,
          NUM_SUBFOLDERS_EVAL,
          FILE_PREFIX,
          SEED,
          ON_EXISTING,
          OVERWRITE_PREFIX,
          MAX_CONCURRENCY,
          PART_SIZE);

  private WriteOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }

  private static Compression codec(String text) {
    if (text.equalsIgnoreCase("gzip") || text.equals(HADOOP_GZIP)) {
      return Compression.GZIP;
    }
    throw new IllegalArgumentException("must be gzip or " + HADOOP_GZIP);
  }
}
