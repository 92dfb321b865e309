package io.s3dlio.spark.bench;

import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * CPU time of {@code put_many} through Spark against a plain Java loop that generates and writes
 * the same objects with as many threads. Alternating runs in one JVM, medians, an empty job
 * subtracted.
 *
 * <p>The plain loop opens, writes and closes each file under its own name: no temporary file, no
 * fsync, no rename, no checksum, no manifest.
 */
public final class WriteBenchmark {
  private static final int THREADS = 2;
  private static final int SIZE = 8 << 20;

  private WriteBenchmark() {}

  /** A run to be measured. */
  private interface Run {
    void run(Path directory) throws Exception;
  }

  /**
   * @param args a directory, best in memory, and optionally the number of objects and of rounds
   */
  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : "/dev/shm");
    int objects = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 9;
    SparkSession spark =
        SparkSession.builder()
            .master("local[" + THREADS + "]")
            .config("spark.ui.enabled", "false")
            .getOrCreate();
    Run plain = directory -> plain(directory, objects);
    Run putMany = directory -> putMany(spark, directory, objects);
    Run empty = directory -> putMany(spark, directory, 0);
    List<Run> runs = List.of(plain, putMany, empty);
    double[][] cpu = new double[runs.size()][rounds];
    double[][] wall = new double[runs.size()][rounds];
    for (int round = -2; round < rounds; round++) {
      for (int i = 0; i < runs.size(); i++) {
        double[] measured = measure(parent, runs.get(i));
        if (round >= 0) {
          cpu[i][round] = measured[0];
          wall[i][round] = measured[1];
        }
      }
    }
    spark.stop();
    double gigabytes = (double) objects * SIZE / 1e9;
    double ratio = (median(cpu[1]) - median(cpu[2])) / median(cpu[0]);
    System.out.printf(
        Locale.ROOT,
        "write %d x 8 MiB: CPU-s/GB plain %.3f, put_many %.3f (empty job %.3f s subtracted), ratio"
            + " %.2f; wall GB/s plain %.2f, put_many %.2f%n",
        objects,
        median(cpu[0]) / gigabytes,
        (median(cpu[1]) - median(cpu[2])) / gigabytes,
        median(cpu[2]),
        ratio,
        gigabytes / median(wall[0]),
        gigabytes / median(wall[1]));
  }

  private static void putMany(SparkSession spark, Path directory, int objects) {
    spark
        .range(0, objects, 1, THREADS)
        .write()
        .format("s3dlio")
        .mode("append")
        .option("objectName", "o{}")
        .option("objectSize", "8mb")
        .save(directory.toString());
  }

  private static void plain(Path directory, int objects) throws InterruptedException {
    Thread[] threads = new Thread[THREADS];
    for (int t = 0; t < THREADS; t++) {
      int first = t;
      threads[t] =
          new Thread(
              () -> {
                ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
                for (int i = first; i < objects; i += THREADS) {
                  write(directory.resolve("o" + i), i, buffer);
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void write(Path file, long index, ByteBuffer buffer) {
    ObjectSource source = new ObjectSpec(index, "o", SIZE, ObjectType.RANDOM).source(0);
    source.fill(0, buffer.clear());
    buffer.flip();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns CPU and wall seconds. */
  private static double[] measure(Path parent, Run run) throws Exception {
    Path directory = Files.createTempDirectory(parent, "s3dlio-write-");
    try {
      long cpu = cpuNanos();
      long start = System.nanoTime();
      run.run(directory);
      return new double[] {(cpuNanos() - cpu) / 1e9, (System.nanoTime() - start) / 1e9};
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
