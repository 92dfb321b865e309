package io.s3dlio.spark.read;

import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.range.BatchRead;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/**
 * What one reader counts, and the metrics that Spark shows of it. Spark makes the nested classes by
 * name on the driver. For one thread.
 *
 * <p>Before Spark 4.2 the figures of one of a task's readers stand for all of them, so there the
 * readers of one scan in one task, which come one after the other, count together.
 */
public final class ReadMetrics {
  private static final boolean MERGED_BY_SPARK =
      Arrays.stream(CustomTaskMetric.class.getMethods())
          .anyMatch(method -> method.getName().equals("mergeWith"));

  /** Spark's input bytes of a task are what Hadoop's statistics say of the task's thread. */
  private final FileSystem.Statistics inputBytes = hadoopStatistics();

  private long objects;
  private long missing;
  private long bytes;
  private long ranges;
  private long retries;
  private long waitNanos;
  private long firstWaitNanos;
  private int firstWaits;
  private boolean waitedYet;
  private long peakMemory;
  private long heapBatches;
  private long inlineBatches;
  private long corruptRecords;
  private ObjectReader.Checks checks = ObjectReader.Checks.NONE;
  private long verified;
  private long unverified;

  ReadMetrics() {}

  @SuppressWarnings("deprecation") // Its successor does not reach Spark's input metrics.
  private static FileSystem.Statistics hadoopStatistics() {
    return FileSystem.getStatistics("s3dlio", FileSystem.class);
  }

  /** Returns whether each reader of a task is to count by itself. */
  static boolean areMergedBySpark() {
    return MERGED_BY_SPARK;
  }

  /** Goes on with a further reader's figures. */
  void nextReader() {
    waitedYet = false;
    verified += checks.verified();
    unverified += checks.unverified();
    checks = ObjectReader.Checks.NONE;
  }

  /** Counts content that goes to Spark. On the task's thread. */
  void delivered(long content) {
    bytes += content;
    inputBytes.incrementBytesRead(content);
  }

  /** Counts objects of which the last row goes to Spark. */
  void objects(long count) {
    objects += count;
  }

  /** Counts a batch that goes to Spark. On the task's thread. */
  void batch(RowBatch batch) {
    delivered(batch.bytes());
    for (int row = 0; row < batch.rows(); row++) {
      if (batch.offset(row) == 0) {
        objects++;
      }
    }
  }

  void read(BatchRead.Stats stats) {
    ranges += stats.ranges();
    retries += stats.retries();
  }

  void missing(int count) {
    missing += count;
  }

  void waited(long nanos) {
    if (!waitedYet) {
      waitedYet = true;
      firstWaits++;
      firstWaitNanos += nanos;
    }
    waitNanos += nanos;
  }

  void memory(long held) {
    peakMemory = Math.max(peakMemory, held);
  }

  void heapBatch() {
    heapBatches++;
  }

  void inlineBatch() {
    inlineBatches++;
  }

  void corruptRecord() {
    corruptRecords++;
  }

  /** Takes what was compared so far. */
  void checked(ObjectReader.Checks soFar) {
    checks = soFar;
  }

  CustomTaskMetric[] values() {
    return new CustomTaskMetric[] {
      new Sum("objects", objects),
      new Sum("missingObjects", missing),
      new Sum("contentBytes", bytes),
      new Sum("ranges", ranges),
      new Sum("retries", retries),
      new Sum("waitTime", waitNanos),
      new Mean("firstWaitTime", firstWaitNanos, firstWaits),
      new Max("peakMemory", peakMemory),
      new Sum("heapBatches", heapBatches),
      new Sum("inlineBatches", inlineBatches),
      new Sum("corruptRecords", corruptRecords),
      new Sum("verifiedObjects", verified + checks.verified()),
      new Sum("unverifiedObjects", unverified + checks.unverified())
    };
  }

  static CustomMetric[] supported() {
    return new CustomMetric[] {
      new Objects(),
      new MissingObjects(),
      new ContentBytes(),
      new Ranges(),
      new Retries(),
      new WaitTime(),
      new FirstWaitTime(),
      new PeakMemory(),
      new HeapBatches(),
      new InlineBatches(),
      new CorruptRecords(),
      new VerifiedObjects(),
      new UnverifiedObjects()
    };
  }

  private record Sum(String name, long value) implements CustomTaskMetric {}

  private record Max(String name, long value) implements CustomTaskMetric {
    @Override
    public CustomTaskMetric mergeWith(CustomTaskMetric other) {
      return new Max(name, Math.max(value, other.value()));
    }
  }

  /** A mean of those readers of a task that have something to tell. */
  private record Mean(String name, long sum, int count) implements CustomTaskMetric {
    @Override
    public long value() {
      return count == 0 ? 0 : sum / count;
    }

    @Override
    public CustomTaskMetric mergeWith(CustomTaskMetric other) {
      Mean mean = (Mean) other;
      return new Mean(name, sum + mean.sum, count + mean.count);
    }
  }

  /** Objects whose first byte, or whose name alone, was delivered. */
  public static final class Objects extends CustomSumMetric {
    @Override
    public String name() {
      return "objects";
    }

    @Override
    public String description() {
      return "number of objects";
    }
  }

  /** Objects that were gone and left out. */
  public static final class MissingObjects extends CustomSumMetric {
    @Override
    public String name() {
      return "missingObjects";
    }

    @Override
    public String description() {
      return "number of missing objects left out";
    }
  }

  /** Content that was delivered. */
  public static final class ContentBytes extends CustomSumMetric {
    @Override
    public String name() {
      return "contentBytes";
    }

    @Override
    public String description() {
      return "bytes of content";
    }
  }

  /** Ranges that were read. */
  public static final class Ranges extends CustomSumMetric {
    @Override
    public String name() {
      return "ranges";
    }

    @Override
    public String description() {
      return "number of ranges";
    }
  }

  /** Attempts at ranges after the first. */
  public static final class Retries extends CustomSumMetric {
    @Override
    public String name() {
      return "retries";
    }

    @Override
    public String description() {
      return "number of retries";
    }
  }

  /** How long tasks waited for bytes. */
  public static final class WaitTime implements CustomMetric {
    @Override
    public String name() {
      return "waitTime";
    }

    @Override
    public String description() {
      return "time waited for content";
    }

    @Override
    public String aggregateTaskMetrics(long[] nanos) {
      return String.format(Locale.ROOT, "%.3f s", Arrays.stream(nanos).sum() / 1e9);
    }
  }

  /** How long splits waited for their first bytes: the mean of tasks that read any. */
  public static final class FirstWaitTime implements CustomMetric {
    @Override
    public String name() {
      return "firstWaitTime";
    }

    @Override
    public String description() {
      return "average time waited for the first content of a split";
    }

    @Override
    public String aggregateTaskMetrics(long[] nanos) {
      double mean = Arrays.stream(nanos).filter(wait -> wait > 0).average().orElse(0);
      return String.format(Locale.ROOT, "%.3f ms", mean / 1e6);
    }
  }

  /** The most memory that one task held. */
  public static final class PeakMemory implements CustomMetric {
    @Override
    public String name() {
      return "peakMemory";
    }

    @Override
    public String description() {
      return "peak off-heap bytes of a task";
    }

    @Override
    public String aggregateTaskMetrics(long[] peaks) {
      return String.valueOf(Arrays.stream(peaks).max().orElse(0));
    }
  }

  /** Batches that came in the garbage collector's memory. */
  public static final class HeapBatches extends CustomSumMetric {
    @Override
    public String name() {
      return "heapBatches";
    }

    @Override
    public String description() {
      return "number of batches copied to the heap";
    }
  }

  /** Batches that rows could not refer to, for want of shared memory. */
  public static final class InlineBatches extends CustomSumMetric {
    @Override
    public String name() {
      return "inlineBatches";
    }

    @Override
    public String description() {
      return "number of batches without shared memory";
    }
  }

  /** Records that were damaged, or did not fit the columns, and did not fail the read. */
  public static final class CorruptRecords extends CustomSumMetric {
    @Override
    public String name() {
      return "corruptRecords";
    }

    @Override
    public String description() {
      return "number of corrupt records";
    }
  }

  /** Objects whose content is what the store keeps a sum of. */
  public static final class VerifiedObjects extends CustomSumMetric {
    @Override
    public String name() {
      return "verifiedObjects";
    }

    @Override
    public String description() {
      return "number of objects verified by checksum";
    }
  }

  /** Objects that were to be compared with a sum, and could not be. */
  public static final class UnverifiedObjects extends CustomSumMetric {
    @Override
    public String name() {
      return "unverifiedObjects";
    }

    @Override
    public String description() {
      return "number of objects left unverified";
    }
  }
}
