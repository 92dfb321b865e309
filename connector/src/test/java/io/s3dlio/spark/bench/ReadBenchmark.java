package io.s3dlio.spark.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * What a read costs: CPU against a plain Java loop and against {@code binaryFile}, and the peak
 * memory of a JVM. All in one hot JVM, taking turns, with the cost of an empty job subtracted.
 *
 * <pre>
 * ReadBenchmark cpu    DIRECTORY [SCALE [ROUNDS]]   CPU of every way to read
 * ReadBenchmark memory DIRECTORY [SCALE [ROUNDS]]   peak memory, each way in JVMs of its own
 * </pre>
 *
 * The directory is filled if it has no data yet and never deleted. SCALE multiplies the number of
 * objects.
 */
public final class ReadBenchmark {
  private static final int CORES = 2;

  private static final List<DataSet> DATA_SETS =
      List.of(
          new DataSet("64 MiB", 64 << 20, 40),
          new DataSet("8 MiB", 8 << 20, 200),
          new DataSet("100 KiB", 100 << 10, 10_000));

  /** Made when the loop runs: they would count in the memory of every other way. */
  private static final class LoopBuffers {
    static final List<ByteBuffer> ALL =
        List.of(ByteBuffer.allocateDirect(64 << 20), ByteBuffer.allocateDirect(64 << 20));
  }

  private static final DataSet WARM_UP = new DataSet("warm-up", 100 << 10, 500);
  private static final int WARM_UP_ROUNDS = 40;

  private static final List<String> MEMORY_WAYS =
      List.of("crc empty", "columnar", "crc columnar", "crc rows", "crc binaryFile");

  private ReadBenchmark() {}

  private record DataSet(String name, int size, int objects) {
    Path in(Path directory) {
      return directory.resolve(name.replace(" ", ""));
    }
  }

  /** One way to read a data set. */
  @FunctionalInterface
  private interface Way {
    void run(Path directory) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[1]);
    double scale = args.length > 2 ? Double.parseDouble(args[2]) : 1;
    for (DataSet data : DATA_SETS) {
      fill(data, directory, scale);
    }
    fill(WARM_UP, directory, 1);
    switch (args[0]) {
      case "cpu" -> cpu(directory, args.length > 3 ? Integer.parseInt(args[3]) : 7);
      case "memory" -> memory(directory, args.length > 3 ? Integer.parseInt(args[3]) : 5);
      case "once" -> once(args[3], directory.resolve(args[4]));
      default -> throw new IllegalArgumentException("Say cpu or memory");
    }
  }

  private static void fill(DataSet data, Path directory, double scale) throws IOException {
    Path target = data.in(directory);
    if (Files.exists(target)) {
      return;
    }
    Files.createDirectories(target);
    byte[] content = new byte[data.size()];
    new Random(1).nextBytes(content);
    for (int i = 0; i < Math.max(1, Math.round(data.objects() * scale)); i++) {
      Files.write(target.resolve("object_%06d.bin".formatted(i)), content);
    }
  }

  private static Map<String, Way> ways(SparkSession spark) {
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put("loop", ReadBenchmark::plainLoop);
    ways.put("columnar", path -> touchNothing(s3dlio(spark, "columnar").load(path.toString())));
    ways.put("columnar empty", path -> nothing(spark).toJavaRDD().foreachPartition(rows -> {}));
    ways.put("crc columnar", path -> checksum(s3dlio(spark, "columnar").load(path.toString())));
    ways.put("crc rows", path -> checksum(s3dlio(spark, "rows").load(path.toString())));
    ways.put("crc binaryFile", path -> checksum(binaryFile(spark).load(path.toString())));
    ways.put("crc empty", path -> checksum(nothing(spark)));
    return ways;
  }

  private static SparkSession spark() {
    return SparkSession.builder()
        .master("local[%d]".formatted(CORES))
        .config("spark.ui.enabled", false)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate();
  }

  private static DataFrameReader s3dlio(SparkSession spark, String mode) {
    return spark.read().format("s3dlio").option("readMode", mode);
  }

  private static DataFrameReader binaryFile(SparkSession spark) {
    return spark.read().format("binaryFile");
  }

  private static void checksum(Dataset<Row> rows) {
    rows.selectExpr("sum(crc32(content))").collectAsList();
  }

  /** The same job over nothing: a task for each core. How many a read has is its own affair. */
  private static Dataset<Row> nothing(SparkSession spark) {
    return spark.range(0, CORES, 1, CORES).selectExpr("cast(string(id) as binary) as content");
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An RDD of batches, whatever its type says.
  private static void touchNothing(Dataset<Row> rows) {
    Dataset<Row> content = rows.select("content");
    RDD<ColumnarBatch> batches =
        (RDD)
            ((org.apache.spark.sql.classic.Dataset<Row>) content)
                .queryExecution()
                .executedPlan()
                .collectLeaves()
                .head()
                .executeColumnar();
    batches.toJavaRDD().foreachPartition(ReadBenchmark::closeAll);
  }

  private static void closeAll(Iterator<ColumnarBatch> batches) {
    while (batches.hasNext()) {
      batches.next().close();
    }
  }

  /** Two threads that read whole files at positions, each into a buffer that it uses again. */
  private static void plainLoop(Path path) throws Exception {
    List<Path> files;
    try (Stream<Path> listed = Files.list(path)) {
      files = listed.sorted().toList();
    }
    ExecutorService threads = Executors.newFixedThreadPool(CORES);
    List<Future<?>> results = new ArrayList<>();
    for (int thread = 0; thread < CORES; thread++) {
      int first = thread;
      results.add(threads.submit(() -> readEvery(files, first)));
    }
    for (Future<?> result : results) {
      result.get();
    }
    threads.shutdown();
  }

  private static void readEvery(List<Path> files, int first) {
    ByteBuffer buffer = LoopBuffers.ALL.get(first);
    for (int i = first; i < files.size(); i += CORES) {
      try (FileChannel channel = FileChannel.open(files.get(i), StandardOpenOption.READ)) {
        long size = channel.size();
        for (long position = 0; position < size; ) {
          buffer.clear();
          position += channel.read(buffer, position);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void cpu(Path directory, int rounds) throws Exception {
    SparkSession spark = spark();
    Map<String, Way> ways = ways(spark);
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      for (Way way : ways.values()) {
        way.run(WARM_UP.in(directory));
      }
    }
    for (DataSet data : DATA_SETS) {
      Path path = data.in(directory);
      double gigabytes = bytes(path) / 1e9;
      Map<String, List<Double>> seconds = new LinkedHashMap<>();
      for (int round = -1; round < rounds; round++) {
        for (Map.Entry<String, Way> way : ways.entrySet()) {
          double cost = cpuSeconds(() -> way.getValue().run(path));
          if (round >= 0) {
            seconds.computeIfAbsent(way.getKey(), key -> new ArrayList<>()).add(cost);
          }
        }
      }
      report(data, gigabytes, seconds);
    }
    spark.stop();
  }

  private static void report(DataSet data, double gigabytes, Map<String, List<Double>> seconds) {
    System.out.printf(
        Locale.ROOT,
        "%n%s, %.2f GB, CPU-s/GB: median (lowest to highest)%n",
        data.name(),
        gigabytes);
    seconds.forEach(
        (way, costs) ->
            System.out.printf(
                Locale.ROOT,
                "  %-16s %.3f (%.3f to %.3f)%n",
                way,
                median(costs) / gigabytes,
                costs.stream().min(Double::compare).orElseThrow() / gigabytes,
                costs.stream().max(Double::compare).orElseThrow() / gigabytes));
    double columnar = median(seconds.get("columnar")) - median(seconds.get("columnar empty"));
    double empty = median(seconds.get("crc empty"));
    double binaryFile = median(seconds.get("crc binaryFile")) - empty;
    System.out.printf(
        Locale.ROOT,
        "  columnar / loop %.2f, crc columnar / binaryFile %.2f, crc rows / binaryFile %.2f,"
            + " crc rows / columnar %.2f%n",
        columnar / median(seconds.get("loop")),
        (median(seconds.get("crc columnar")) - empty) / binaryFile,
        (median(seconds.get("crc rows")) - empty) / binaryFile,
        (median(seconds.get("crc rows")) - empty) / (median(seconds.get("crc columnar")) - empty));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static double cpuSeconds(Work work) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.gc();
    long start = system.getProcessCpuTime();
    work.run();
    return (system.getProcessCpuTime() - start) / 1e9;
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  private static long bytes(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /**
   * Runs the ways in turn, each time in a new JVM with the flags of this one, whose highest
   * resident memory counts. What of it are heap and direct memory tells where it comes from.
   */
  private static void memory(Path directory, int rounds) throws Exception {
    for (DataSet data : DATA_SETS) {
      Map<String, List<Peak>> peaks = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (String way : MEMORY_WAYS) {
          peaks.computeIfAbsent(way, key -> new ArrayList<>()).add(peak(way, data, directory));
        }
      }
      report(data, peaks);
    }
  }

  /**
   * @param resident the most that the process had in memory, in MB
   * @param heap what the heap had taken of the system at the end, in MB
   * @param direct the direct memory at the end, in MB
   */
  private record Peak(double resident, double heap, double direct) {
    static Peak parse(String line) {
      double[] fields = Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
      return new Peak(fields[0], fields[1], fields[2]);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f %.1f %.1f", resident, heap, direct);
    }
  }

  private static Peak peak(String way, DataSet data, Path directory) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), ReadBenchmark.class.getName()));
    command.addAll(
        List.of("once", directory.toString(), "1", way, data.in(Path.of("")).toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader lines = process.inputReader()) {
      return Peak.parse(lines.readLine());
    }
  }

  private static void once(String way, Path path) throws Exception {
    SparkSession spark = spark();
    for (int i = 0; i < 3; i++) {
      ways(spark).get(way).run(path);
    }
    String highest =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmHWM:"))
            .findFirst()
            .orElseThrow();
    double direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToDouble(BufferPoolMXBean::getMemoryUsed)
            .sum();
    System.out.println(
        new Peak(
            Double.parseDouble(highest.replaceAll("\\D", "")) * 1024 / 1e6,
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted() / 1e6,
            direct / 1e6));
    spark.stop();
  }

  private static void report(DataSet data, Map<String, List<Peak>> peaks) {
    System.out.printf(
        Locale.ROOT,
        "%n%s, highest resident MB of %d JVMs: median (lowest to highest), heap, direct%n",
        data.name(),
        peaks.get("crc empty").size());
    peaks.forEach(
        (way, all) -> {
          List<Double> resident = all.stream().map(Peak::resident).sorted().toList();
          System.out.printf(
              Locale.ROOT,
              "  %-16s %5.0f (%.0f to %.0f), %5.0f, %4.0f%n",
              way,
              median(resident),
              resident.get(0),
              resident.get(resident.size() - 1),
              median(all.stream().map(Peak::heap).toList()),
              median(all.stream().map(Peak::direct).toList()));
        });
    double empty = resident(peaks, "crc empty");
    double binaryFile = resident(peaks, "crc binaryFile");
    for (String way : List.of("crc columnar", "crc rows")) {
      System.out.printf(
          Locale.ROOT,
          "  %s / binaryFile %.2f, less the empty job %.2f%n",
          way,
          resident(peaks, way) / binaryFile,
          (resident(peaks, way) - empty) / (binaryFile - empty));
    }
  }

  private static double resident(Map<String, List<Peak>> peaks, String way) {
    return median(peaks.get(way).stream().map(Peak::resident).toList());
  }
}
