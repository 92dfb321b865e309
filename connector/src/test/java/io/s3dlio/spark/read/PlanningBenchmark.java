package io.s3dlio.spark.read;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import io.s3dlio.testing.ListingServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.apache.spark.Partition;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What it takes to plan a read of very many objects: CPU, time, the driver's heap and the size of
 * splits, for local files beside {@code binaryFile} and for keys that a server makes up. Each time
 * in a JVM of its own, which has planned a small read before.
 *
 * <pre>
 * PlanningBenchmark FOLDER [ROUNDS [FILES [KEYS]]]
 * </pre>
 */
public final class PlanningBenchmark {
  private static final int PER_DIRECTORY = 1000;
  private static final String ROOT = "p/";

  private PlanningBenchmark() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("one")) {
      one(args[1], args[2], args[3], List.of(args).subList(4, args.length));
      System.exit(0);
    }
    Path folder = Path.of(args[0]);
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    int files = args.length > 2 ? Integer.parseInt(args[2]) : 1_000_000;
    int keys = args.length > 3 ? Integer.parseInt(args[3]) : 10_000_000;
    files(folder.resolve("small"), 100);
    files(folder.resolve("many"), files);
    String many = folder.resolve("many").toString();
    String small = folder.resolve("small").toString();
    System.out.printf("%d files in directories of %d%n", files, PER_DIRECTORY);
    List<List<double[]>> local = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int round = 0; round < rounds; round++) {
      local.get(0).add(fork("binaryFile", small, many, "recursiveFileLookup=true"));
      local.get(1).add(fork("s3dlio", small, many));
      local.get(2).add(fork("s3dlio", small, many, "shuffle=true", "batchSize=32"));
    }
    double[] peer = medians(local.get(0));
    print("binaryFile", peer, peer, files);
    print("s3dlio", medians(local.get(1)), peer, files);
    print("s3dlio, shuffled, in batches", medians(local.get(2)), peer, files);
    try (ListingServer server = new ListingServer(ROOT, keys, PER_DIRECTORY, 0)) {
      System.out.printf("%d keys of a server, a page of 1000 at a time%n", keys);
      String[] options = {
        "endpoint=" + server.endpoint(),
        "region=us-east-1",
        "accessKeyId=id",
        "secretAccessKey=secret",
        "shuffle=false"
      };
      double[] plain = fork("s3dlio", small, "s3://bucket/" + ROOT, options);
      System.out.printf("  %d pages%n", server.pages());
      print("s3dlio", plain, plain, keys);
      options[4] = "shuffle=true";
      print("s3dlio, shuffled", fork("s3dlio", small, "s3://bucket/" + ROOT, options), plain, keys);
    }
  }

  /** Makes files of some bytes that take no room. */
  private static void files(Path folder, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Path directory = folder.resolve("d%09d".formatted(i / PER_DIRECTORY));
      if (i % PER_DIRECTORY == 0) {
        Files.createDirectories(directory);
      }
      try (RandomAccessFile file =
          new RandomAccessFile(directory.resolve("f%09d".formatted(i)).toFile(), "rw")) {
        file.setLength(100_000 + i % 1000);
      }
    }
  }

  /** Plans in a JVM of its own and returns its figures. */
  private static double[] fork(String format, String small, String path, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> !argument.startsWith("-agentlib"))
            .toList());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(PlanningBenchmark.class.getName(), "one", format, small, path));
    command.addAll(Arrays.asList(options));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> lines = out.lines().toList();
      if (process.waitFor() != 0) {
        throw new IllegalStateException("Cannot plan with " + format + ": " + lines);
      }
      return Arrays.stream(lines.get(lines.size() - 1).split(" "))
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }

  private static void one(String format, String small, String path, List<String> options)
      throws IOException {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.files.maxPartitionBytes", "128mb")
            .getOrCreate();
    plan(read(spark, format, small, path.startsWith("s3:") ? List.of() : options));
    System.gc();
    AtomicLong most = new AtomicLong();
    watch(most);
    long heapBefore = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpuBefore = system.getProcessCpuTime();
    long before = System.nanoTime();
    Dataset<Row> rows = read(spark, format, path, options);
    Partition[] splits = plan(rows);
    double wall = (System.nanoTime() - before) / 1e9;
    double cpu = (system.getProcessCpuTime() - cpuBefore) / 1e9;
    System.gc();
    long kept = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() - heapBefore;
    long serialized = 0;
    for (Partition split : splits) {
      serialized += Splits.serialized(split).length;
    }
    System.out.printf(
        "%n%f %f %d %d %d %d%n",
        cpu, wall, kept, Math.max(kept, most.get() - heapBefore), serialized, splits.length);
    // Until here the plan is held.
    rows.queryExecution().executedPlan();
  }

  private static Dataset<Row> read(
      SparkSession spark, String format, String path, List<String> options) {
    DataFrameReader reader = spark.read().format(format);
    for (String option : options) {
      int equals = option.indexOf('=');
      reader.option(option.substring(0, equals), option.substring(equals + 1));
    }
    return reader.load(path).select("path", "content");
  }

  private static Partition[] plan(Dataset<Row> rows) {
    RDD<?> rdd = ReadFixture.execution(rows).toRdd();
    return rdd.partitions();
  }

  /** Notes what is left in the heap after each collection. */
  private static void watch(AtomicLong most) {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector)
          .addNotificationListener(
              (notification, nothing) -> {
                long used =
                    GarbageCollectionNotificationInfo.from(
                            (CompositeData) notification.getUserData())
                        .getGcInfo()
                        .getMemoryUsageAfterGc()
                        .entrySet()
                        .stream()
                        .filter(pool -> pool.getKey().startsWith("G1"))
                        .map(java.util.Map.Entry::getValue)
                        .mapToLong(MemoryUsage::getUsed)
                        .sum();
                most.accumulateAndGet(used, Math::max);
              },
              null,
              null);
    }
  }

  private static double[] medians(List<double[]> rounds) {
    double[] medians = new double[rounds.get(0).length];
    for (int i = 0; i < medians.length; i++) {
      int figure = i;
      medians[i] =
          rounds.stream()
              .mapToDouble(round -> round[figure])
              .sorted()
              .skip(rounds.size() / 2)
              .findFirst()
              .orElseThrow();
    }
    return medians;
  }

  private static void print(String way, double[] own, double[] peer, int objects) {
    System.out.printf(
        "  %-30s CPU %.1f s (%.2f), time %.1f s (%.2f), heap kept %.0f MB (%.2f), most after a"
            + " collection %.0f MB (%.2f), %.0f splits of %.1f bytes an"
            + " object (%.2f)%n",
        way,
        own[0],
        own[0] / peer[0],
        own[1],
        own[1] / peer[1],
        own[2] / 1e6,
        own[2] / peer[2],
        own[3] / 1e6,
        own[3] / peer[3],
        own[5],
        own[4] / objects,
        own[4] / peer[4]);
  }
}
