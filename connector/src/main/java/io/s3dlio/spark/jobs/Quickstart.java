package io.s3dlio.spark.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.crc32;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.s3dlio.spark.config.Sizes;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The main job from end to end on this machine: generates data sets, reads them, proves them. */
@Command(
    name = "Quickstart",
    sortOptions = false,
    description =
        "Generates objects in a temporary directory, reads them back with Spark, proves every byte,"
            + " prints the figures and removes the directory.")
public final class Quickstart extends Job {
  private static final List<DataSet> DATA_SETS =
      List.of(new DataSet(64, 8 << 20), new DataSet(1000, 100 << 10));

  private static final String LINE = "%-10s %-14s %14s %8s %8s %9s%n";

  @Option(
      names = "--directory",
      description = "Where the temporary directory is made. Default: the system's.")
  private Path parent = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

  /** Objects of one size. */
  private record DataSet(int count, long size) {
    long bytes() {
      return count * size;
    }

    @Override
    public String toString() {
      return count + " x " + Sizes.format(size);
    }
  }

  /** Ends the JVM with 1 if it fails, with 2 if it was called wrongly. */
  public static void main(String[] args) {
    JobRunner.main(new Quickstart(), args);
  }

  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory(parent, "s3dlio-quickstart-");
    try (JobSession session = JobSession.open("s3dlio Quickstart")) {
      out().printf(LINE, "", "objects", "bytes", "seconds", "GB/s", "CPU-s/GB");
      for (DataSet set : DATA_SETS) {
        Location prefix = Location.parse(directory.resolve(String.valueOf(set.size())) + "/");
        print("generated", set, generate(session, prefix, set));
        print("read", set, read(session, prefix, set));
        print("proven", set, prove(session, prefix, set));
      }
      return JobRunner.SUCCESS;
    } finally {
      delete(directory);
    }
  }

  private void print(String what, DataSet set, Figures figures) {
    out()
        .printf(
            LINE,
            what,
            set,
            figures.bytes(),
            figures.secondsText(),
            figures.gigabytesPerSecond(),
            figures.cpuSecondsPerGigabyte());
    out().flush();
  }

  private static Figures generate(JobSession session, Location prefix, DataSet set) {
    Figures.Meter meter = Figures.start();
    session
        .spark()
        .range(0, set.count(), 1, session.spark().sparkContext().defaultParallelism())
        .write()
        .format("s3dlio")
        .options(
            Map.of(
                WriteOptions.OBJECT_NAME.name(),
                "sample_{:06d}.bin",
                WriteOptions.OBJECT_SIZE.name(),
                Sizes.format(set.size()),
                WriteOptions.SEED.name(),
                "42"))
        .mode(SaveMode.Append)
        .save(prefix.toString());
    return meter.stop(session.isLocal()).figures(set.count(), set.bytes());
  }

  /** Reads every byte, which a checksum of the content asks for. */
  private static Figures read(JobSession session, Location prefix, DataSet set) throws IOException {
    Figures.Meter meter = Figures.start();
    Row row =
        session
            .spark()
            .read()
            .format("s3dlio")
            .load(prefix.toString())
            .agg(count(lit(1)), sum(col("length")), sum(crc32(col("content"))))
            .head();
    Figures.Work work = meter.stop(session.isLocal());
    if (row.getLong(0) != set.count() || row.getLong(1) != set.bytes()) {
      throw new StorageException(
          Failure.of(
              "read",
              prefix,
              "%d objects with %d bytes came back, %d with %d were written"
                  .formatted(row.getLong(0), row.getLong(1), set.count(), set.bytes())));
    }
    return work.figures(set.count(), set.bytes());
  }

  private static Figures prove(JobSession session, Location prefix, DataSet set)
      throws IOException {
    StoreConfig config = session.storeConfig(prefix);
    try (ObjectStore store = ObjectStores.forLocation(prefix, config)) {
      List<Manifest> manifests = Manifests.find(store, prefix);
      JavaSparkContext spark = new JavaSparkContext(session.spark().sparkContext());
      Figures.Meter meter = Figures.start();
      Verdict verdict =
          new Verification(prefix, config).run(spark, manifests, spark.defaultParallelism());
      Figures.Work work = meter.stop(session.isLocal());
      if (verdict.proven() != set.count()) {
        throw new StorageException(
            Failure.of(
                "prove",
                prefix,
                "%d of %d objects are as they were generated; %s"
                    .formatted(
                        verdict.proven(), set.count(), String.join(", ", verdict.failures()))));
      }
      return work.figures(verdict.proven(), verdict.bytes());
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> found = Files.walk(directory)) {
      found.sorted(Comparator.reverseOrder()).forEach(paths::add);
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
