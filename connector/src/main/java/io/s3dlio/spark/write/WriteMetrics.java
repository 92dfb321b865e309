package io.s3dlio.spark.write;

import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/**
 * What one task counts. Used by the task's thread.
 *
 * <p>Spark sets its own output metrics, which its UI shows, from {@code bytesWritten} and {@code
 * recordsWritten}.
 */
final class WriteMetrics {
  private static final String OBJECTS = "objectsWritten";
  private static final String BYTES = "objectBytesWritten";
  private static final String ALREADY_THERE = "objectsAlreadyThere";
  private static final String LEFT = "objectsLeft";
  private static final String WAIT = "writeWaitNanos";

  private long objects;
  private long records;
  private long bytes;
  private long alreadyThere;
  private long left;
  private long waitNanos;

  /** Returns the metrics that Spark's UI shows of a write. */
  static CustomMetric[] supported() {
    return new CustomMetric[] {
      new Objects(), new Bytes(), new AlreadyThere(), new Left(), new WaitTime()
    };
  }

  void written(long size) {
    written(size, 1);
  }

  /**
   * @param rows that the object holds
   */
  void written(long size, long rows) {
    objects++;
    records += rows;
    bytes += size;
  }

  void alreadyThere() {
    alreadyThere++;
  }

  void left() {
    left++;
  }

  void waited(long nanos) {
    waitNanos += nanos;
  }

  /** Returns the figures so far. */
  CustomTaskMetric[] values() {
    return new CustomTaskMetric[] {
      new Value("bytesWritten", bytes),
      new Value("recordsWritten", records),
      new Value(OBJECTS, objects),
      new Value(BYTES, bytes),
      new Value(ALREADY_THERE, alreadyThere),
      new Value(LEFT, left),
      new Value(WAIT, waitNanos)
    };
  }

  private record Value(String name, long value) implements CustomTaskMetric {}

  /** Spark makes metrics by their class name. */
  public static final class Objects extends CustomSumMetric {
    @Override
    public String name() {
      return OBJECTS;
    }

    @Override
    public String description() {
      return "objects written";
    }
  }

  /** The bytes of {@link Objects}. */
  public static final class Bytes extends CustomSumMetric {
    @Override
    public String name() {
      return BYTES;
    }

    @Override
    public String description() {
      return "bytes written";
    }
  }

  /** Objects that were there as they would have been written. */
  public static final class AlreadyThere extends CustomSumMetric {
    @Override
    public String name() {
      return ALREADY_THERE;
    }

    @Override
    public String description() {
      return "objects already there, equal";
    }
  }

  /** Objects that were there and were left as they were. */
  public static final class Left extends CustomSumMetric {
    @Override
    public String name() {
      return LEFT;
    }

    @Override
    public String description() {
      return "objects left as they were";
    }
  }

  /** How long tasks waited for the store. */
  public static final class WaitTime extends CustomSumMetric {
    @Override
    public String name() {
      return WAIT;
    }

    @Override
    public String description() {
      return "time waiting for the store";
    }

    @Override
    public String aggregateTaskMetrics(long[] taskMetrics) {
      long nanos = 0;
      for (long value : taskMetrics) {
        nanos += value;
      }
      return "%.1f s".formatted(nanos / 1e9);
    }
  }
}
