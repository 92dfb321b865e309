package io.s3dlio.spark.jobs;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What some work came to.
 *
 * @param cpuSeconds the CPU time of this JVM, if all the work was done in it
 */
record Figures(long objects, long bytes, double seconds, OptionalDouble cpuSeconds) {
  private static final double GB = 1e9;

  /** Measures from now on. */
  static Meter start() {
    return new Meter(System.nanoTime(), cpuNanos());
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : -1;
  }

  /** Work under way. */
  record Meter(long startNanos, long startCpuNanos) {
    double seconds() {
      return (System.nanoTime() - startNanos) / 1e9;
    }

    /**
     * Returns the work that is done by now.
     *
     * @param inThisJvm whether all of it was done in this JVM
     */
    Work stop(boolean inThisJvm) {
      return new Work(
          seconds(),
          inThisJvm && startCpuNanos >= 0
              ? OptionalDouble.of((cpuNanos() - startCpuNanos) / 1e9)
              : OptionalDouble.empty());
    }
  }

  /** Work that is done. */
  record Work(double seconds, OptionalDouble cpuSeconds) {
    Figures figures(long objects, long bytes) {
      return new Figures(objects, bytes, seconds, cpuSeconds);
    }
  }

  String secondsText() {
    return text("%.1f", seconds);
  }

  String gigabytesPerSecond() {
    return gigabytesPerSecond(bytes, seconds);
  }

  static String gigabytesPerSecond(long bytes, double seconds) {
    return text("%.2f", bytes / GB / Math.max(seconds, 1e-9));
  }

  /** Returns the CPU time of a gigabyte; a dash if it is not known. */
  String cpuSecondsPerGigabyte() {
    return cpuSeconds.isPresent() && bytes > 0
        ? text("%.2f", cpuSeconds.getAsDouble() / (bytes / GB))
        : "-";
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
