package io.s3dlio.spark.read;

import io.s3dlio.spark.config.MemoryBudget;
import io.s3dlio.storage.buffer.BufferPool;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads a directory in a JVM whose memory is limited, and prints what it made of the limit. */
final class ReadInContainer {
  private ReadInContainer() {}

  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[4]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    Dataset<Row> content =
        spark.read().format("s3dlio").option("readMode", "columnar").load(args[0]);
    Dataset<Row> sum = content.selectExpr("sum(length(content))");
    System.out.println("sum: " + sum.collectAsList().get(0).getLong(0));
    System.out.println("plan: " + sum.queryExecution().toString().replace('\n', ' '));
    System.out.println("budget: " + MemoryBudget.of(spark.sparkContext().getConf()).bytes());
    System.out.println("pool's budget: " + BufferPool.shared().stats().budgetBytes());
    System.out.println("peak: " + BufferPool.shared().stats().peakLeasedBytes());
    spark.stop();
  }
}
