package io.s3dlio.spark.config;

import io.s3dlio.datagen.ConcurrentWork;
import io.s3dlio.storage.range.RangeEngine;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * How many ranges the tasks of one JVM read at once, and how many objects they write at once, at
 * most: each of both, whatever {@code maxConcurrency} allows a task.
 */
public final class ConcurrencyBudget {
  private static final AtomicBoolean APPLIED = new AtomicBoolean();

  private ConcurrencyBudget() {}

  /** Bounds the JVM's reads and writes as the application's settings say, once. */
  public static void applyToThisJvm() {
    SparkEnv env = SparkEnv.get();
    if (env != null && APPLIED.compareAndSet(false, true)) {
      apply(env.conf());
    }
  }

  static void apply(SparkConf conf) {
    JvmSettings.given(conf, JvmOptions.CONCURRENCY_BUDGET)
        .ifPresent(
            most -> {
              RangeEngine.shared().setMaxThreads(most);
              ConcurrentWork.setLimit(most);
            });
  }
}
