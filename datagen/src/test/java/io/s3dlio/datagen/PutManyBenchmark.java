package io.s3dlio.datagen;

import com.sun.management.OperatingSystemMXBean;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * {@code putMany} beside a plain loop of two threads that generate into a buffer of their own and
 * write files: processor time and throughput, alternating, medians. Run it with
 *
 * <pre>{@code
 * mvn -q -pl datagen -am -Pbenchmark process-test-classes \
 *   -Dbenchmark=io.s3dlio.datagen.PutManyBenchmark -Dbenchmark.args=/dev/shm
 * }</pre>
 */
final class PutManyBenchmark {
  private static final int OBJECTS = 128;
  private static final int SIZE = 8 << 20;
  private static final int THREADS = 2;
  private static final int WARMUPS = 4;
  private static final int ROUNDS = 15;

  private PutManyBenchmark() {}

  /**
   * @param args the directory to write below
   */
  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory(Path.of(args[0]), "put-many");
    List<Cost> plain = new ArrayList<>();
    List<Cost> ours = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<ByteBuffer> buffers =
        Stream.generate(() -> ByteBuffer.allocateDirect(SIZE)).limit(THREADS).toList();
    Location prefix = Location.parse("file://" + directory + "/");
    try (ObjectStore store = ObjectStores.forUri(prefix.toString())) {
      DataGenerator generator = new DataGenerator(store).withSeed(42);
      for (int round = 0; round < WARMUPS + ROUNDS; round++) {
        plain.add(measure(directory, () -> plainLoop(threads, buffers, directory)));
        ours.add(
            measure(
                directory,
                () -> generator.putMany(prefix, "{}", OBJECTS, ObjectType.RANDOM, SIZE)));
      }
    } finally {
      threads.shutdown();
      Files.delete(directory);
    }
    Cost plainMedian = median(plain);
    Cost oursMedian = median(ours);
    print("plain loop", plainMedian);
    print("putMany", oursMedian);
    System.out.printf(
        Locale.ROOT,
        "putMany / plain loop: %.2f x the CPU, %.2f x the time%n",
        oursMedian.cpuSeconds / plainMedian.cpuSeconds,
        oursMedian.seconds / plainMedian.seconds);
  }

  private static void plainLoop(ExecutorService threads, List<ByteBuffer> buffers, Path directory)
      throws InterruptedException, ExecutionException {
    List<Future<?>> loops = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int first = thread;
      loops.add(
          threads.submit(
              () -> {
                ByteBuffer buffer = buffers.get(first);
                for (int index = first; index < OBJECTS; index += THREADS) {
                  new ObjectSpec(index, "x", SIZE, ObjectType.RANDOM)
                      .source(42)
                      .fill(0, buffer.clear());
                  write(directory.resolve(Integer.toString(index)), buffer.flip());
                }
                return null;
              }));
    }
    for (Future<?> loop : loops) {
      loop.get();
    }
  }

  private static void write(Path file, ByteBuffer content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
    }
  }

  private static Cost measure(Path directory, Work work) throws Exception {
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = process.getProcessCpuTime();
    long start = System.nanoTime();
    work.run();
    Cost cost =
        new Cost((process.getProcessCpuTime() - cpu) / 1e9, (System.nanoTime() - start) / 1e9);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    return cost;
  }

  private static Cost median(List<Cost> costs) {
    List<Cost> hot = costs.subList(WARMUPS, costs.size());
    return new Cost(
        median(hot.stream().mapToDouble(Cost::cpuSeconds).toArray()),
        median(hot.stream().mapToDouble(Cost::seconds).toArray()));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static void print(String what, Cost cost) {
    double gigabytes = (double) OBJECTS * SIZE / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%-10s  %.3f CPU-s/GB  %.2f GB/s%n",
        what,
        cost.cpuSeconds / gigabytes,
        gigabytes / cost.seconds);
  }

  private record Cost(double cpuSeconds, double seconds) {}

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }
}
