package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** Writes in a session whose tasks may fail twice: what {@link RetryTest} runs. */
final class FailingWrites {
  private FailingWrites() {}

  /**
   * @param args {@code synthetic} or {@code content}, the target, and onExisting
   */
  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2,3]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    spark
        .udf()
        .register(
            "flaky", udf((Long id) -> onceFailing(id), DataTypes.LongType).asNondeterministic());
    Dataset<Row> rows = spark.range(0, 40, 1, 4).selectExpr("flaky(id) as id");
    if (args[0].equals("content")) {
      rows =
          rows.select(
              concat(lit("c"), col("id")).as("name"),
              col("id").cast("string").cast("binary").as("content"));
    }
    rows.write()
        .format("s3dlio")
        .mode("append")
        .option("onExisting", args[2])
        .options(
            args[0].equals("content")
                ? java.util.Map.of()
                : java.util.Map.of("objectSize", "1k", "maxConcurrency", "1"))
        .save(args[1]);
    spark.stop();
  }

  /** Fails in the last row of a task's first two attempts. */
  private static long onceFailing(long id) {
    if (id % 10 == 9 && TaskContext.get().attemptNumber() < 2) {
      throw new IllegalStateException("injected");
    }
    return id;
  }
}
