package io.s3dlio.spark.jobs;

import io.s3dlio.datagen.DlioLayout;
import io.s3dlio.spark.config.DlioNames;
import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.PayloadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.Manifests;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Generates a data set: the guide's {@code put_many} as a Spark job. */
@Command(
    name = "PutMany",
    sortOptions = false,
    description = "Generates objects below a prefix, on all of Spark's cores.")
public final class PutMany extends Job {
  private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(5);

  @Option(
      names = "--uri",
      required = true,
      description = "The prefix, such as s3://bucket/train/ or az://container/train/.")
  private String uri = "";

  @Option(names = "--count", description = "How many objects. Not with --layout=dlio.")
  private @Nullable Long count;

  @Option(
      names = "--size",
      description =
          "The size of each, such as 8mb, or how they are distributed: uniform(1mb,4mb),"
              + " lognormal(1mb,512k). Needed unless --shape says it.")
  private @Nullable String size;

  @Option(
      names = "--object-type",
      description = "What they hold: random (default), zeros, tfrecord, npz, npy or hdf5.")
  private @Nullable String objectType;

  @Option(
      names = "--records-per-object",
      description = "How many samples an object of a file format holds. Default: 1.")
  private @Nullable String recordsPerObject;

  @Option(
      names = "--dtype",
      description = "What the elements of arrays are, such as float32. Default: uint8.")
  private @Nullable String dtype;

  @Option(names = "--shape", description = "The shape of each sample of arrays, such as 224,224,3.")
  private @Nullable String shape;

  @Option(
      names = "--compression",
      description =
          "none (default), deflate (npz), gzip (tfrecord, hdf5), zlib (tfrecord); --size is before.")
  private @Nullable String compression;

  @Option(
      names = "--tfrecord-index",
      description = "Writes the index of each tfrecord object, too.")
  private boolean tfrecordIndex;

  @Option(
      names = "--dedupe",
      description = "How many blocks of 4 KiB there are for each that is unlike all others.")
  private @Nullable String dedupe;

  @Option(names = "--compress", description = "How many times smaller a compressor makes them.")
  private @Nullable String compress;

  @Option(
      names = "--name",
      description = "Names them by their index, such as sample_{:06d}.npz; {count} is --count.")
  private @Nullable String name;

  @Option(
      names = "--layout",
      description =
          "template (default): --name names them; dlio: as DLIO does, in train/ and valid/.")
  private @Nullable String layout;

  @Option(names = "--num-files-train", description = "With --layout=dlio: how many in train/.")
  private @Nullable String numFilesTrain;

  @Option(
      names = "--num-files-eval",
      description = "With --layout=dlio: how many in valid/. Default: 0.")
  private @Nullable String numFilesEval;

  @Option(
      names = "--num-subfolders-train",
      description = "With --layout=dlio: how many folders train/ has. Default: none.")
  private @Nullable String numSubfoldersTrain;

  @Option(
      names = "--num-subfolders-eval",
      description = "With --layout=dlio: how many folders valid/ has. Default: none.")
  private @Nullable String numSubfoldersEval;

  @Option(
      names = "--file-prefix",
      description = "With --layout=dlio: what names begin with. Default: img.")
  private @Nullable String filePrefix;

  @Option(names = "--seed", description = "With an object's index it determines its bytes.")
  private @Nullable String seed;

  @Option(
      names = "--parallelism",
      description =
          "How many tasks. Default: four for each of Spark's cores, one an object at most.")
  private @Nullable Integer parallelism;

  @Option(
      names = "--on-existing",
      description = "What happens to objects that are there: error (default), skip or overwrite.")
  private @Nullable String onExisting;

  @Option(names = "--max-concurrency", description = "How many objects a task has in flight.")
  private @Nullable String maxConcurrency;

  @Option(names = "--part-size", description = "How many bytes of an object are in memory.")
  private @Nullable String partSize;

  /** Ends the JVM with 1 if the job fails, with 2 if it was called wrongly. */
  public static void main(String[] args) {
    JobRunner.main(new PutMany(), args);
  }

  @Override
  public Integer call() throws IOException {
    Location prefix;
    Map<String, String> options = options();
    if (size == null && shape == null) {
      throw usage("Missing required option: '--size=<size>' (or '--shape=<shape>')");
    }
    long objects;
    try {
      prefix = Location.parse(uri).asPrefix();
      requireNumbers();
      objects = objects(ResolvedOptions.forWrite(options, Map.of()));
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
    try (JobSession session = JobSession.open("s3dlio PutMany")) {
      put(session, prefix, options, objects);
    }
    return JobRunner.SUCCESS;
  }

  /** Returns how many objects there will be, beside their indexes. */
  private long objects(ResolvedOptions options) {
    Optional<DlioLayout> dlio = DlioNames.of(options);
    if (dlio.isPresent()) {
      return dlio.get().files();
    }
    if (count == null) {
      throw new IllegalArgumentException("Missing required option: '--count=<count>'");
    }
    NameTemplate.parse(options.value(WriteOptions.OBJECT_NAME), count);
    return count;
  }

  private void requireNumbers() {
    if (count != null && count < 0) {
      throw new IllegalArgumentException("Invalid count: %d (must be >= 0)".formatted(count));
    }
    if (parallelism != null && parallelism < 1) {
      throw new IllegalArgumentException(
          "Invalid parallelism: %d (must be >= 1)".formatted(parallelism));
    }
  }

  /** Returns the options of the write: those that were given, and what the names depend on. */
  private Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    put(options, WriteOptions.OBJECT_COUNT, count == null ? null : String.valueOf(count));
    put(options, WriteOptions.OBJECT_SIZE, size);
    put(options, WriteOptions.OBJECT_NAME, name);
    put(options, WriteOptions.LAYOUT, layout);
    put(options, WriteOptions.NUM_FILES_TRAIN, numFilesTrain);
    put(options, WriteOptions.NUM_FILES_EVAL, numFilesEval);
    put(options, WriteOptions.NUM_SUBFOLDERS_TRAIN, numSubfoldersTrain);
    put(options, WriteOptions.NUM_SUBFOLDERS_EVAL, numSubfoldersEval);
    put(options, WriteOptions.FILE_PREFIX, filePrefix);
    put(options, WriteOptions.COMPRESSION, compression);
    put(options, WriteOptions.TFRECORD_INDEX, tfrecordIndex ? "true" : null);
    put(options, WriteOptions.OBJECT_TYPE, objectType);
    put(options, WriteOptions.RECORDS_PER_OBJECT, recordsPerObject);
    put(options, PayloadOptions.DTYPE, dtype);
    put(options, PayloadOptions.SHAPE, shape);
    put(options, PayloadOptions.DEDUPE, dedupe);
    put(options, PayloadOptions.COMPRESS, compress);
    put(options, WriteOptions.SEED, seed);
    put(options, WriteOptions.ON_EXISTING, onExisting);
    put(options, WriteOptions.MAX_CONCURRENCY, maxConcurrency);
    put(options, WriteOptions.PART_SIZE, partSize);
    return options;
  }

  private static void put(Map<String, String> options, OptionKey<?> key, @Nullable String value) {
    if (value != null) {
      options.put(key.name(), value);
    }
  }

  private void put(JobSession session, Location prefix, Map<String, String> options, long objects)
      throws IOException {
    SparkSession spark = session.spark();
    Figures.Meter meter = Figures.start();
    try (Progress progress = Progress.start(spark, objects, PROGRESS_PERIOD, err())) {
      spark
          .range(0, objects, 1, tasks(spark, objects))
          .write()
          .format("s3dlio")
          .options(options)
          .mode(SaveMode.Append)
          .save(prefix.toString());
    }
    Figures.Work work = meter.stop(session.isLocal());
    Manifest manifest = manifest(session.writeOptions(options, prefix), prefix);
    long expected = tfrecordIndex ? 2 * objects : objects;
    report(work.figures(manifest.count(), manifest.bytes()), prefix, manifest, expected);
  }

  private int tasks(SparkSession spark, long objects) {
    return parallelism != null
        ? parallelism
        : (int) Math.max(1, Math.min(objects, 4L * spark.sparkContext().defaultParallelism()));
  }

  /** Returns the newest manifest of what was asked for. */
  private static Manifest manifest(ResolvedOptions options, Location prefix) throws IOException {
    try (ObjectStore store =
        ObjectStores.forLocation(prefix, options.storeConfig(List.of(prefix)))) {
      return Manifests.find(store, prefix).stream()
          .filter(found -> found.settings().equals(options.explicit()))
          .reduce((older, newer) -> newer)
          .orElseThrow(
              () ->
                  new StorageException(
                      Failure.of("report on", prefix, "the job's manifest is gone again")));
    }
  }

  /**
   * @param expected how many objects would have been written to an empty prefix, indexes too
   */
  private void report(Figures figures, Location prefix, Manifest manifest, long expected) {
    PrintWriter out = out();
    out.println("objects   " + figures.objects());
    if (figures.objects() < expected) {
      out.println(
          "left      "
              + (expected - figures.objects())
              + (tfrecordIndex
                  ? " other objects under these names, or without an index"
                  : " other objects under these names"));
    }
    out.println("bytes     " + figures.bytes());
    out.println("seconds   " + figures.secondsText());
    out.println("GB/s      " + figures.gigabytesPerSecond());
    out.println("CPU-s/GB  " + figures.cpuSecondsPerGigabyte());
    out.println("manifest  " + prefix.append(Manifest.FOLDER + manifest.jobId() + "/"));
    out.flush();
  }
}
