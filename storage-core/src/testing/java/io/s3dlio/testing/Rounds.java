package io.s3dlio.testing;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Several ways to do the same work, which take turns; tells what CPU time each costs. */
public final class Rounds {
  /** Does all of the work once. */
  @FunctionalInterface
  public interface Work {
    void run() throws Exception;
  }

  /** Does all of the work once, in a process of its own; returns the CPU seconds that it took. */
  @FunctionalInterface
  public interface Elsewhere {
    double run() throws Exception;
  }

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final String title;
  private final long bytes;
  private final int requests;
  private final Map<String, Elsewhere> ways = new LinkedHashMap<>();

  /**
   * @param bytes how many the work moves
   * @param requests how many it takes for that
   */
  public Rounds(String title, long bytes, int requests) {
    this.title = title;
    this.bytes = bytes;
    this.requests = requests;
  }

  /** Adds a way that runs in this JVM. */
  public Rounds add(String name, Work work) {
    return addElsewhere(
        name,
        () -> {
          long before = SYSTEM.getProcessCpuTime();
          work.run();
          return (SYSTEM.getProcessCpuTime() - before) / 1e9;
        });
  }

  /** Adds a way that runs in another process. */
  public Rounds addElsewhere(String name, Elsewhere way) {
    ways.put(name, way);
    return this;
  }

  /**
   * Runs every way as many times to warm up as to measure, and prints the medians.
   *
   * @param subject whose ratio to each of the others is printed
   */
  public void print(String subject, int rounds) throws Exception {
    Map<String, List<Double>> cpu = new LinkedHashMap<>();
    Map<String, List<Double>> wall = new LinkedHashMap<>();
    for (int round = -rounds; round < rounds; round++) {
      for (Map.Entry<String, Elsewhere> way : ways.entrySet()) {
        long before = System.nanoTime();
        double seconds = way.getValue().run();
        if (round >= 0) {
          cpu.computeIfAbsent(way.getKey(), key -> new ArrayList<>()).add(seconds);
          wall.computeIfAbsent(way.getKey(), key -> new ArrayList<>())
              .add((System.nanoTime() - before) / 1e9);
        }
      }
    }
    System.out.println("\n" + title);
    double own = median(cpu.get(subject));
    for (String way : ways.keySet()) {
      double seconds = median(cpu.get(way));
      System.out.printf(
          "  %-22s %.3f CPU-s/GB, %4.0f us a request, %.2f GB/s%s%n",
          way,
          seconds / bytes * 1e9,
          seconds / requests * 1e6,
          bytes / median(wall.get(way)) / 1e9,
          way.equals(subject) ? "" : ", %s is %.2f of it".formatted(subject, own / seconds));
    }
  }

  private static double median(@Nullable List<Double> values) {
    if (values == null) {
      throw new IllegalStateException("No round was measured");
    }
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
