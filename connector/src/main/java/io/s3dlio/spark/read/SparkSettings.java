package io.s3dlio.spark.read;

import io.s3dlio.spark.config.MemoryBudget;
import io.s3dlio.spark.config.ResolvedOptions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.OptionConverters;

/**
 * What a read takes from Spark's own settings, besides the defaults of options.
 *
 * @param version Spark's version
 * @param minPartitions how many splits there should be at least
 * @param maxPartitions how many there should be at most
 * @param largeVarTypes whether Spark takes Arrow's variable-width vectors with 64-bit offsets
 * @param columnarPythonInput whether Spark hands batches to Python as they are
 * @param memory the memory of an executor
 */
record SparkSettings(
    String version,
    int minPartitions,
    OptionalInt maxPartitions,
    boolean largeVarTypes,
    boolean columnarPythonInput,
    MemoryBudget memory) {
  private static final Pattern HANGS = Pattern.compile("4\\.2\\.0([^0-9.].*)?");

  /**
   * Reads the session's settings.
   *
   * @throws IllegalArgumentException if a JVM option was set after the session had started, when it
   *     does nothing any more
   */
  static SparkSettings of(SparkSession session) {
    requireJvmOptionsInForce(session);
    int parallelism =
        number(session, "spark.sql.leafNodeDefaultParallelism")
            .orElse(session.sparkContext().defaultParallelism());
    return new SparkSettings(
        session.version(),
        Math.max(1, number(session, "spark.sql.files.minPartitionNum").orElse(parallelism)),
        number(session, "spark.sql.files.maxPartitionNum"),
        flag(session, "spark.sql.execution.arrow.useLargeVarTypes", false),
        flag(session, "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled", true),
        MemoryBudget.of(session.sparkContext().getConf()));
  }

  /** Returns whether a Python UDF over Arrow batches hangs: SPARK-58241, in this version alone. */
  boolean hangsOnBatches() {
    return columnarPythonInput && HANGS.matcher(version).matches();
  }

  private static void requireJvmOptionsInForce(SparkSession session) {
    SparkConf inForce = session.sparkContext().getConf();
    CollectionConverters.asJava(session.conf().getAll())
        .forEach(
            (key, value) -> {
              if (key.startsWith(ResolvedOptions.JVM_PREFIX)
                  && !value.equals(inForce.get(key, ""))) {
                throw new IllegalArgumentException(
                    "Invalid %s: '%s' (a JVM option: set it before the session starts)"
                        .formatted(key, value));
              }
            });
  }

  private static OptionalInt number(SparkSession session, String key) {
    return setting(session, key).stream().mapToInt(Integer::parseInt).findFirst();
  }

  private static boolean flag(SparkSession session, String key, boolean byDefault) {
    return setting(session, key).map(Boolean::parseBoolean).orElse(byDefault);
  }

  private static Optional<String> setting(SparkSession session, String key) {
    return OptionConverters.toJava(session.conf().getOption(key));
  }
}
