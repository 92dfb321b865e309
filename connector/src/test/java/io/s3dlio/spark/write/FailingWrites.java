package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import org.apache.spark.TaskContext;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** Writes whose tasks fail twice each before they succeed: what {@link RetryTest} forks. */
final class FailingWrites {
  private FailingWrites() {}

  /**
   * @param args the location that gets the targets {@code error}, {@code skip}, {@code content},
   *     {@code encoded} and {@code checkpoint}; then options, {@code name=value} each
   */
  public static void main(String[] args) {
    String dir = args[0] + "/";
    SparkSession.Builder builder = SparkSession.builder();
    for (int i = 1; i < args.length; i++) {
      String[] option = args[i].split("=", 2);
      builder.config("spark.datasource.s3dlio." + option[0], option[1]);
    }
    SparkSession spark =
        builder
            .master("local[2,3]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    spark
        .udf()
        .register("flaky", udf((Long id) -> failing(id), DataTypes.LongType).asNondeterministic());
    Dataset<Row> rows = spark.range(0, 40, 1, 4).selectExpr("flaky(id) as id");
    for (String onExisting : new String[] {"error", "skip"}) {
      writer(rows)
          .option("objectSize", "1k")
          .option("maxConcurrency", "1")
          .option("onExisting", onExisting)
          .save(dir + onExisting);
    }
    writer(
            rows.select(
                concat(lit("c"), col("id")).as("name"),
                col("id").cast("string").cast("binary").as("content")))
        .save(dir + "content");
    writer(rows).option("encode", "tfrecord").option("maxRecordsPerFile", 3).save(dir + "encoded");
    writer(
            rows.select(
                concat(lit("s"), col("id")).as("name"),
                col("id").cast("string").cast("binary").as("content")))
        .option("checkpoint", 7)
        .save(dir + "checkpoint");
    spark.stop();
  }

  private static DataFrameWriter<Row> writer(Dataset<Row> rows) {
    return rows.write().format("s3dlio").mode("append");
  }

  private static long failing(long id) {
    if (id % 10 == 9 && TaskContext.get().attemptNumber() < 2) {
      throw new IllegalStateException("injected");
    }
    return id;
  }
}
