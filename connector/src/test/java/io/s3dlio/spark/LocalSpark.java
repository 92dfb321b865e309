package io.s3dlio.spark;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.sql.SparkSession;

/** The one Spark session of a test JVM: two cores, no UI. Tests leave its settings as found. */
public final class LocalSpark {
  private static volatile boolean started;

  private LocalSpark() {}

  /** Returns the session, started on first use and stopped with the JVM. */
  public static SparkSession session() {
    started = true;
    return Holder.SESSION;
  }

  /** Waits until no task runs any more: a job that failed leaves some behind for a moment. */
  static void awaitIdle() {
    if (started && !session().sparkContext().isStopped()) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (runningTasks() > 0) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("Tasks still run a minute after the test");
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static int runningTasks() {
    return Arrays.stream(session().sparkContext().statusTracker().getExecutorInfos())
        .mapToInt(SparkExecutorInfo::numRunningTasks)
        .sum();
  }

  private static final class Holder {
    static final SparkSession SESSION =
        SparkSession.builder()
            .master("local[2]")
            .appName("s3dlio tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.executor.heartbeatInterval", "1s")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
  }
}
