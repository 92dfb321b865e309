package io.s3dlio.spark.config;

import io.s3dlio.datagen.ConcurrentWork;
import org.apache.spark.sql.SparkSession;

/** Reads objects of S3 in four tasks, then writes one: what the test of the budget forks. */
final class BudgetedRead {
  private BudgetedRead() {}

  /**
   * @param args the budget, the endpoint, the keys and the objects' prefix
   */
  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[4]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.s3dlio.concurrencyBudget", args[0])
            .config("spark.datasource.s3dlio.endpoint", args[1])
            .config("spark.datasource.s3dlio.accessKeyId", args[2])
            .config("spark.datasource.s3dlio.secretAccessKey", args[3])
            .getOrCreate();
    long bytes =
        spark
            .read()
            .format("s3dlio")
            .option("maxPartitionBytes", 100_000)
            .option("openCostInBytes", 0)
            .load(args[4])
            .selectExpr("sum(length(content))")
            .first()
            .getLong(0);
    System.out.printf("bytes: %d%n", bytes);
    spark
        .range(1)
        .write()
        .format("s3dlio")
        .option("objectSize", 1)
        .mode("append")
        .save(args[4] + "more/");
    System.out.printf("written at once: %d%n", ConcurrentWork.limit());
    spark.stop();
  }
}
