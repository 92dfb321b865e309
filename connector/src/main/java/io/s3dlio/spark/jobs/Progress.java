package io.s3dlio.spark.jobs;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.executor.OutputMetrics;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.AccumulatorContext;
import org.apache.spark.util.AccumulatorV2;
import scala.Option;
import scala.Tuple4;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Prints every so often how far a write is, from what Spark hears of its tasks. */
final class Progress extends SparkListener implements AutoCloseable {
  private static final String RECORDS = "internal.metrics.output.recordsWritten";
  private static final String BYTES = "internal.metrics.output.bytesWritten";

  private final SparkSession spark;
  private final long total;
  private final PrintWriter out;
  private final Figures.Meter meter = Figures.start();
  private final Map<Long, Written> byTask = new ConcurrentHashMap<>();
  private final Timer timer = new Timer("s3dlio-progress", true);

  /** What tasks have written. */
  private record Written(long objects, long bytes) {
    static final Written NOTHING = new Written(0, 0);

    Written plus(Written other) {
      return new Written(objects + other.objects, bytes + other.bytes);
    }
  }

  private Progress(SparkSession spark, long total, PrintWriter out) {
    this.spark = spark;
    this.total = total;
    this.out = out;
  }

  /**
   * Prints a line to {@code out} every period until it is closed.
   *
   * @param total how many objects there will be
   */
  static Progress start(SparkSession spark, long total, Duration period, PrintWriter out) {
    Progress progress = new Progress(spark, total, out);
    spark.sparkContext().addSparkListener(progress);
    TimerTask print =
        new TimerTask() {
          @Override
          public void run() {
            progress.print();
          }
        };
    progress.timer.schedule(print, period.toMillis(), period.toMillis());
    return progress;
  }

  private void print() {
    out.println(line());
    out.flush();
  }

  /** Returns how far it is. */
  String line() {
    Written written = byTask.values().stream().reduce(Written.NOTHING, Written::plus);
    double seconds = meter.seconds();
    String left =
        written.objects() > 0
            ? Math.round(seconds * (total - written.objects()) / written.objects()) + " s left"
            : "no estimate yet";
    return "%d of %d objects, %d bytes, %s GB/s, %s"
        .formatted(
            written.objects(),
            total,
            written.bytes(),
            Figures.gigabytesPerSecond(written.bytes(), seconds),
            left);
  }

  /** A task under way tells its figures with every heartbeat. */
  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    for (Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task :
        CollectionConverters.asJava(update.accumUpdates())) {
      long objects = 0;
      long bytes = 0;
      for (AccumulableInfo metric : CollectionConverters.asJava(task._4())) {
        if (isNamed(metric, RECORDS)) {
          objects = number(metric.update());
        } else if (isNamed(metric, BYTES)) {
          bytes = number(metric.update());
        }
      }
      byTask.put((Long) task._1(), new Written(objects, bytes));
    }
  }

  /** Spark takes the names of its own metrics off where they are counted. */
  private static boolean isNamed(AccumulableInfo metric, String name) {
    Option<AccumulatorV2<?, ?>> counter = AccumulatorContext.get(metric.id());
    return metric.name().contains(name)
        || (counter.isDefined() && counter.get().name().contains(name));
  }

  private static long number(Option<Object> value) {
    return value.isDefined() && value.get() instanceof Number number ? number.longValue() : 0;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    long task = end.taskInfo().taskId();
    if (end.taskInfo().successful()) {
      OutputMetrics output = end.taskMetrics().outputMetrics();
      byTask.put(task, new Written(output.recordsWritten(), output.bytesWritten()));
    } else {
      byTask.remove(task);
    }
  }

  @Override
  public void close() {
    timer.cancel();
    spark.sparkContext().removeSparkListener(this);
  }
}
