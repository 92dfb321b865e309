package io.s3dlio.spark.bench;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a read from S3 costs in Spark: {@code sum(crc32(content))} by the connector and by {@code
 * binaryFile} over S3A. In one hot JVM, taking turns, with the cost of an empty job subtracted; and
 * as a batch job meets it, in a fresh JVM for each, once to warm up and then three times. And how
 * much memory the connector has in flight.
 *
 * <pre>
 * S3aBenchmark cpu    ENDPOINT BUCKET ROUNDS
 * S3aBenchmark memory ENDPOINT BUCKET BUDGET
 * </pre>
 *
 * Keys are those of {@code S3DLIO_TEST_KEY} and {@code S3DLIO_TEST_SECRET}; the objects are
 * generated. The class path holds hadoop-aws and its SDK for {@code cpu}, and our own SDK only
 * under other names: the bundle.
 */
public final class S3aBenchmark {
  private static final int CORES = 2;
  private static final int WARM_UP_ROUNDS = 5;
  private static final int FRESH_ROUNDS = 3;
  private static final String COST = "CPU seconds: ";

  private static final List<DataSet> DATA_SETS =
      List.of(
          new DataSet("8mb", 8 << 20, 100, "0.12"), new DataSet("100k", 100 << 10, 2000, "0.06"));
  private static final List<DataSet> FRESH_SETS =
      List.of(
          new DataSet("8mb", 8 << 20, 64, "0.12"), new DataSet("100k", 100 << 10, 4000, "0.06"));
  private static final DataSet LARGE = new DataSet("64mb", 64 << 20, 24, "");
  private static final DataSet WARM_UP = new DataSet("10k", 10 << 10, 300, "");

  private record DataSet(String name, int size, int objects, String goal) {
    double gigabytes() {
      return (double) size * objects / 1e9;
    }
  }

  private final SparkSession spark;
  private final String bucket;

  private S3aBenchmark(SparkSession spark, String bucket) {
    this.spark = spark;
    this.bucket = bucket;
  }

  public static void main(String[] args) throws IOException {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master("local[%d]".formatted(CORES))
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.hadoop.fs.s3a.endpoint", args[1])
            .config("spark.hadoop.fs.s3a.endpoint.region", "us-east-1")
            .config("spark.hadoop.fs.s3a.path.style.access", true)
            .config("spark.hadoop.fs.s3a.access.key", System.getenv("S3DLIO_TEST_KEY"))
            .config("spark.hadoop.fs.s3a.secret.key", System.getenv("S3DLIO_TEST_SECRET"));
    if (args[0].equals("memory")) {
      builder.config("spark.s3dlio.memoryBudget", args[3]);
    }
    try (SparkSession spark = builder.getOrCreate()) {
      S3aBenchmark benchmark = new S3aBenchmark(spark, args[2]);
      switch (args[0]) {
        case "cpu" -> {
          benchmark.hot(Integer.parseInt(args[3]));
          benchmark.fresh(args[1]);
        }
        case "one" -> benchmark.one(args[3], FRESH_SETS.get(Integer.parseInt(args[4])));
        case "memory" -> benchmark.memory();
        default -> throw new IllegalArgumentException("Say cpu or memory");
      }
    }
  }

  private void generate(DataSet data, String name, int maxConcurrency) {
    spark
        .range(0, data.objects(), 1, CORES)
        .write()
        .format("s3dlio")
        .mode("append")
        .option("objectName", name + "_{:06d}.bin")
        .option("objectSize", data.size())
        .option("maxConcurrency", maxConcurrency)
        .save(path("s3", data));
  }

  private String path(String scheme, DataSet data) {
    return "%s://%s/%s-%d".formatted(scheme, bucket, data.name(), data.objects());
  }

  // ---- CPU

  private void hot(int rounds) {
    generate(WARM_UP, "object", 8);
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      ways(WARM_UP).values().forEach(Runnable::run);
    }
    for (DataSet data : DATA_SETS) {
      generate(data, "object", 2);
      Map<String, List<Double>> seconds = new LinkedHashMap<>();
      for (int round = -1; round < rounds; round++) {
        for (Map.Entry<String, Runnable> way : ways(data).entrySet()) {
          double cost = cpuSeconds(way.getValue());
          if (round >= 0) {
            seconds.computeIfAbsent(way.getKey(), key -> new ArrayList<>()).add(cost);
          }
        }
      }
      report(data, seconds);
    }
  }

  /** Runs each way in a JVM like this one. */
  private void fresh(String endpoint) throws IOException {
    for (int set = 0; set < FRESH_SETS.size(); set++) {
      DataSet data = FRESH_SETS.get(set);
      generate(data, "object", 2);
      Map<String, List<Double>> seconds = new LinkedHashMap<>();
      for (String way : List.of("s3dlio", "binaryFile")) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(
            List.of(
                S3aBenchmark.class.getName(), "one", endpoint, bucket, way, String.valueOf(set)));
        Process jvm =
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = jvm.inputReader()) {
          seconds.put(
              way,
              lines
                  .lines()
                  .filter(line -> line.startsWith(COST))
                  .map(line -> Double.valueOf(line.substring(COST.length())))
                  .toList());
        }
      }
      report(data, seconds);
    }
  }

  private void one(String way, DataSet data) {
    for (int round = -1; round < FRESH_ROUNDS; round++) {
      double cost = cpuSeconds(requireNonNull(ways(data).get(way)));
      if (round >= 0) {
        System.out.println(COST + cost);
      }
    }
  }

  private Map<String, Runnable> ways(DataSet data) {
    Map<String, Runnable> ways = new LinkedHashMap<>();
    ways.put("s3dlio", () -> checksum(spark.read().format("s3dlio").load(path("s3", data))));
    ways.put(
        "binaryFile",
        () ->
            checksum(
                spark
                    .read()
                    .format("binaryFile")
                    .option("pathGlobFilter", "*.bin")
                    .load(path("s3a", data))));
    ways.put(
        "empty",
        () ->
            checksum(
                spark
                    .range(0, CORES, 1, CORES)
                    .selectExpr("cast(string(id) as binary) as content")));
    return ways;
  }

  private static void checksum(Dataset<Row> rows) {
    rows.selectExpr("sum(crc32(content))").collectAsList();
  }

  private static double cpuSeconds(Runnable work) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.gc();
    long start = system.getProcessCpuTime();
    work.run();
    return (system.getProcessCpuTime() - start) / 1e9;
  }

  private static void report(DataSet data, Map<String, List<Double>> seconds) {
    System.out.printf(
        Locale.ROOT,
        "%nsum(crc32(content)) of %d x %s from S3, CPU-s/GB: median (lowest to highest)%n",
        data.objects(),
        data.name());
    seconds.forEach(
        (way, costs) ->
            System.out.printf(
                Locale.ROOT,
                "  %-10s %.3f (%.3f to %.3f)%n",
                way,
                median(costs) / data.gigabytes(),
                costs.stream().min(Double::compare).orElseThrow() / data.gigabytes(),
                costs.stream().max(Double::compare).orElseThrow() / data.gigabytes()));
    double empty = seconds.containsKey("empty") ? median(seconds.get("empty")) : 0;
    double ours = median(seconds.get("s3dlio")) - empty;
    double theirs = median(seconds.get("binaryFile")) - empty;
    System.out.printf(
        Locale.ROOT,
        "  %s: s3dlio %.3f CPU-s/GB, %.0f us an object; binaryFile %.3f, %.0f;"
            + " s3dlio is %.3f of it (goal %s)%n",
        empty > 0 ? "without the empty job" : "each in a fresh JVM",
        ours / data.gigabytes(),
        ours / data.objects() * 1e6,
        theirs / data.gigabytes(),
        theirs / data.objects() * 1e6,
        ours / theirs,
        data.goal());
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  // ---- memory

  /** The peak never falls, so what needs least comes first. */
  private void memory() {
    generate(LARGE, "ones", 1);
    print("writing 64 MiB objects, one at a time in each of 2 tasks");
    for (String mode : List.of("columnar", "rows")) {
      checksum(
          spark
              .read()
              .format("s3dlio")
              .option("readMode", mode)
              .option("maxConcurrency", 64)
              .option("range.chunkSize", "1mb")
              .option("range.minSplitSize", "1mb")
              .option("range.maxConcurrentRanges", 64)
              .load(path("s3", LARGE)));
      print("reading them too, " + mode + ", 64 ranges at once in each of 2 tasks");
    }
    generate(LARGE, "many", 64);
    print("writing them with maxConcurrency=64 too");
  }

  private static void print(String when) {
    BufferPool.Stats stats = BufferPool.shared().stats();
    System.out.printf(
        Locale.ROOT,
        "  %s: budget %d MiB, peak %d MiB, %d leases over the budget%n",
        when,
        stats.budgetBytes() >> 20,
        stats.peakLeasedBytes() >> 20,
        stats.overBudget());
  }
}
