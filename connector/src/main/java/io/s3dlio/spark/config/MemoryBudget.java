package io.s3dlio.spark.config;

import io.s3dlio.storage.buffer.BufferPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.util.JavaUtils;

/**
 * How much off-heap memory the buffer pool of one JVM may have, and how many tasks share it.
 *
 * <p>Unless {@code spark.s3dlio.memoryBudget} says otherwise it is half of an executor's memory
 * overhead, as Spark computes it; in local mode, where there is none, half of the JVM's limit on
 * direct memory.
 *
 * @param bytes the budget of one JVM
 * @param tasks how many tasks run in it at once
 */
public record MemoryBudget(long bytes, int tasks) {
  private static final Pattern LOCAL = Pattern.compile("local(\\[\\s*(\\d+|\\*)\\s*(,.*)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,.*]");
  private static final AtomicBoolean APPLIED = new AtomicBoolean();

  /** Returns the budget of each executor of an application, or of the driver in local mode. */
  public static MemoryBudget of(SparkConf conf) {
    int cpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
    return new MemoryBudget(bytes(conf), Math.max(1, cores(conf) / cpus));
  }

  /** Gives the JVM's buffer pool the budget that the application's settings say, once. */
  public static void applyToThisJvm() {
    SparkEnv env = SparkEnv.get();
    if (env != null && APPLIED.compareAndSet(false, true)) {
      BufferPool.shared().setBudget(bytes(env.conf()));
    }
  }

  /** Returns an even share for each task. */
  public long bytesPerTask() {
    return bytes / tasks;
  }

  private static long bytes(SparkConf conf) {
    return JvmSettings.given(conf, JvmOptions.MEMORY_BUDGET)
        .orElseGet(() -> isLocal(conf) ? BufferPool.defaultBudget() : overhead(conf) / 2);
  }

  private static boolean isLocal(SparkConf conf) {
    return LOCAL.matcher(master(conf)).matches();
  }

  private static String master(SparkConf conf) {
    return conf.get("spark.master", "");
  }

  private static long overhead(SparkConf conf) {
    if (conf.contains("spark.executor.memoryOverhead")) {
      return mebibytes(conf.get("spark.executor.memoryOverhead"));
    }
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", 0.1);
    long memory = mebibytes(conf.get("spark.executor.memory", "1g"));
    long least = mebibytes(conf.get("spark.executor.minMemoryOverhead", "384m"));
    return Math.max((long) (factor * memory), least);
  }

  /** Parses a size of Spark's that is in MiB if it has no unit. */
  private static long mebibytes(String text) {
    return JavaUtils.byteStringAsMb(text) << 20;
  }

  private static int cores(SparkConf conf) {
    Matcher local = LOCAL.matcher(master(conf));
    if (local.matches()) {
      String threads = local.group(2);
      return threads == null ? 1 : threads.equals("*") ? processors() : Integer.parseInt(threads);
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(master(conf));
    String cores = cluster.matches() ? cluster.group(1) : String.valueOf(defaultCores(conf));
    return conf.getInt("spark.executor.cores", Integer.parseInt(cores));
  }

  /** A standalone executor takes all of its host, which is taken to be like this one. */
  private static int defaultCores(SparkConf conf) {
    return master(conf).startsWith("spark://") ? processors() : 1;
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }
}
