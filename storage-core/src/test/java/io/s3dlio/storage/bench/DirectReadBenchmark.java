package io.s3dlio.storage.bench;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.RangeEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads of {@code direct://} against {@code fio --direct=1} on the same file, in pairs one after
 * the other. Needs fio. Arguments: a directory on the disk, the file's size in MiB, the number of
 * pairs.
 */
final class DirectReadBenchmark {
  private static final int BLOCK = 8 << 20;
  private static final int DEPTH = 4;
  private static final Pattern FIO_BANDWIDTH = Pattern.compile("\"bw_bytes\"\\s*:\\s*(\\d+)");

  private DirectReadBenchmark() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path file = Files.createTempFile(Path.of(args[0]).toAbsolutePath(), "direct", ".bin");
    int blocks = Integer.parseInt(args[1]) / (BLOCK >> 20);
    int pairs = Integer.parseInt(args[2]);
    try {
      write(file, blocks);
      List<Double> ratios = new ArrayList<>();
      ours(file);
      fio(file);
      for (int pair = 0; pair < pairs; pair++) {
        boolean oursFirst = pair % 2 == 0;
        double first = oursFirst ? ours(file) : fio(file);
        double second = oursFirst ? fio(file) : ours(file);
        double ratio = oursFirst ? first / second : second / first;
        ratios.add(ratio);
        System.out.printf(
            "direct:// %.3f GB/s, fio %.3f GB/s, ratio %.3f%n",
            (oursFirst ? first : second) / 1e9, (oursFirst ? second : first) / 1e9, ratio);
      }
      report(ratios);
    } finally {
      Files.delete(file);
    }
  }

  private static void write(Path file, int blocks) throws IOException {
    byte[] block = new byte[BLOCK];
    new Random(1).nextBytes(block);
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < blocks; i++) {
        out.write(block);
      }
    }
  }

  /** Returns the bytes a second of reading the file in blocks, a few at a time. */
  private static double ours(Path file) throws IOException {
    Location location = Location.parse("direct://" + file);
    List<BufferLease> leases = new ArrayList<>();
    try (ObjectStore store = ObjectStores.forLocation(location, StoreConfig.DEFAULT)) {
      ObjectInfo object = store.stat(location);
      for (int i = 0; i < DEPTH; i++) {
        leases.add(BufferPool.shared().acquire(BLOCK));
      }
      long start = System.nanoTime();
      Thread[] readers = new Thread[DEPTH];
      for (int i = 0; i < DEPTH; i++) {
        long first = (long) i * BLOCK;
        ByteBuffer target = leases.get(i).buffer();
        readers[i] = new Thread(() -> readEvery(store, object, first, target));
        readers[i].start();
      }
      for (Thread reader : readers) {
        reader.join();
      }
      return object.length() * 1e9 / (System.nanoTime() - start);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      leases.forEach(BufferLease::close);
    }
  }

  private static void readEvery(
      ObjectStore store, ObjectInfo object, long first, ByteBuffer target) {
    try {
      for (long offset = first; offset < object.length(); offset += (long) DEPTH * BLOCK) {
        target.clear();
        RangeEngine.shared()
            .submit(
                store,
                List.of(ReadRequest.of(object, offset, target)),
                store.rangeDefaults(),
                1,
                new CancellationToken())
            .await();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double fio(Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "fio",
                "--name=read",
                "--filename=" + file,
                "--rw=read",
                "--direct=1",
                "--ioengine=libaio",
                "--bs=" + BLOCK,
                "--iodepth=" + DEPTH,
                "--output-format=json")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher bandwidth = FIO_BANDWIDTH.matcher(output);
    if (process.waitFor() != 0 || !bandwidth.find()) {
      throw new IllegalStateException("fio failed: " + output);
    }
    return Double.parseDouble(bandwidth.group(1));
  }

  private static void report(List<Double> ratios) {
    double[] sorted = ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    Random random = new Random(1);
    double[] medians = new double[10_000];
    for (int i = 0; i < medians.length; i++) {
      double[] sample =
          random
              .ints(sorted.length, 0, sorted.length)
              .mapToDouble(k -> sorted[k])
              .sorted()
              .toArray();
      medians[i] = sample[sample.length / 2];
    }
    Arrays.sort(medians);
    System.out.printf(
        "direct:// / fio --direct=1, 8 MiB, depth %d: median %.3f, 95%% interval %.3f to %.3f,"
            + " %d pairs%n",
        DEPTH, sorted[sorted.length / 2], medians[250], medians[9750], sorted.length);
  }
}
