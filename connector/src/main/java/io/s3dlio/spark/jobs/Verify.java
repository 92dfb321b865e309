package io.s3dlio.spark.jobs;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.Manifests;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Proves that a data set is what its manifests say, byte for byte where it was generated. */
@Command(
    name = "Verify",
    sortOptions = false,
    description =
        "Reads the manifests below a prefix and every object that they name. Generated objects are"
            + " generated again and compared, others are held against their checksum.")
public final class Verify extends Job {
  @Option(
      names = "--uri",
      required = true,
      description = "The prefix, such as s3://bucket/train/ or az://container/train/.")
  private String uri = "";

  @Option(
      names = "--parallelism",
      description = "How many tasks. Default: four for each of Spark's cores.")
  private @Nullable Integer parallelism;

  /** Ends the JVM with 1 if anything is not as it should be, with 2 if it was called wrongly. */
  public static void main(String[] args) {
    JobRunner.main(new Verify(), args);
  }

  @Override
  public Integer call() throws IOException {
    Location prefix;
    try {
      prefix = Location.parse(uri).asPrefix();
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
    if (parallelism != null && parallelism < 1) {
      throw usage("Invalid parallelism: %d (must be >= 1)".formatted(parallelism));
    }
    try (JobSession session = JobSession.open("s3dlio Verify")) {
      return verify(session, prefix) ? JobRunner.SUCCESS : JobRunner.FAILURE;
    }
  }

  private boolean verify(JobSession session, Location prefix) throws IOException {
    StoreConfig config = session.storeConfig(prefix);
    try (ObjectStore store = ObjectStores.forLocation(prefix, config)) {
      List<Manifest> manifests = Manifests.find(store, prefix);
      if (manifests.isEmpty()) {
        throw new StorageException(
            Failure.of("verify", prefix, "there is no manifest below it")
                .withRemedy("Only jobs that succeeded leave one"));
      }
      JavaSparkContext spark = new JavaSparkContext(session.spark().sparkContext());
      int tasks = parallelism != null ? parallelism : 4 * spark.defaultParallelism();
      Figures.Meter meter = Figures.start();
      Verdict verdict = new Verification(prefix, config).run(spark, manifests, tasks);
      Figures.Work work = meter.stop(session.isLocal());
      report(verdict, work, manifests.size(), visible(store, prefix));
      return verdict.failed() == 0;
    }
  }

  private static long visible(ObjectStore store, Location prefix) throws IOException {
    long count = 0;
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        String key = listing.next().location().key();
        if (!HiddenNames.hides(key.substring(prefix.key().length()))) {
          count++;
        }
      }
    }
    return count;
  }

  private void report(Verdict verdict, Figures.Work work, int manifests, long visible) {
    Figures figures = work.figures(verdict.proven(), verdict.bytes());
    long unnamed = visible - verdict.proven() - verdict.wrong();
    PrintWriter out = out();
    verdict.failures().forEach(out::println);
    if (verdict.failed() > verdict.failures().size()) {
      out.printf("... %d more%n", verdict.failed() - verdict.failures().size());
    }
    out.println("manifests " + manifests);
    out.println("proven    " + figures.objects());
    out.println("bytes     " + figures.bytes());
    out.println("missing   " + verdict.missing());
    out.println("wrong     " + verdict.wrong());
    out.println("unnamed   " + Math.max(0, unnamed) + " objects that no manifest names");
    out.println("seconds   " + figures.secondsText());
    out.println("GB/s      " + figures.gigabytesPerSecond());
    out.println("CPU-s/GB  " + figures.cpuSecondsPerGigabyte());
    out.flush();
  }
}
