package io.s3dlio.spark.config;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.util.ByteUnit;
import org.apache.spark.network.util.JavaUtils;

/** Sizes and times as Spark writes them: {@code 1mb} is 1 MiB, {@code 64k}, {@code 30s}. */
public final class Sizes {
  private static final String[] UNITS = {"", "k", "mb", "gb", "tb", "pb"};

  private Sizes() {}

  /**
   * Parses a size in bytes.
   *
   * @throws IllegalArgumentException with the rule that the text breaks
   */
  public static long parse(String text) {
    if (text.startsWith("-")) {
      throw new IllegalArgumentException("must not be negative");
    }
    try {
      return JavaUtils.byteStringAs(text, ByteUnit.BYTE);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be a size such as 512, 64k, 8mb or 1gb", e);
    }
  }

  static long parseWithin(String text, long min, long max) {
    long bytes = parse(text);
    if (bytes < min || bytes > max) {
      throw new IllegalArgumentException(
          "must be from %s to %s".formatted(format(min), format(max)));
    }
    return bytes;
  }

  static long parseNumberWithin(String text, long min, long max) {
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be an integer", e);
    }
    if (number < min || number > max) {
      throw new IllegalArgumentException("must be from %d to %d".formatted(min, max));
    }
    return number;
  }

  static double parseDecimalWithin(String text, int min, int max) {
    // Digits and a point: a double's own parser takes letters too.
    if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
      throw new IllegalArgumentException("must be a number such as 2 or 1.5");
    }
    double number = Double.parseDouble(text);
    if (number < min || number > max) {
      throw new IllegalArgumentException("must be from %d to %d".formatted(min, max));
    }
    return number;
  }

  static Duration parseDurationWithin(String text, Duration min, Duration max) {
    Duration time;
    try {
      time = Duration.ofMillis(JavaUtils.timeStringAs(text, TimeUnit.MILLISECONDS));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be a time such as 500ms, 30s or 5m", e);
    }
    if (time.compareTo(min) < 0 || time.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "must be from %dms to %ds".formatted(min.toMillis(), max.toSeconds()));
    }
    return time;
  }

  /** Returns a size as a user would write it: in the largest unit that divides it. */
  public static String format(long bytes) {
    int unit = 0;
    long value = bytes;
    while (value != 0 && value % 1024 == 0 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return value + UNITS[unit];
  }
}
