package io.s3dlio.spark.write;

import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import org.apache.spark.sql.SparkSession;

/** Writes one object below its argument and prints the budget of the buffer pool. */
public final class WriteBudget {
  private WriteBudget() {}

  public static void main(String[] args) throws IOException {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.s3dlio.memoryBudget", "48mb")
            .getOrCreate()) {
      spark
          .range(0, 1, 1, 1)
          .write()
          .format("s3dlio")
          .mode("append")
          .option("objectSize", "1000")
          .save(args[0]);
      System.out.println("budget " + BufferPool.shared().stats().budgetBytes());
    }
  }
}
