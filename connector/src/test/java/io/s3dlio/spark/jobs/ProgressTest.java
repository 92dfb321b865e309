package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {
  /** Static, so that a task finds it. */
  private static final CountDownLatch GO_ON = new CountDownLatch(1);

  private final SparkSession spark = LocalSpark.session();

  @Test
  void countsWhatTasksHaveWritten(@TempDir Path dir) throws Exception {
    StringWriter out = new StringWriter();
    try (Progress progress = Progress.start(spark, 20, Duration.ofDays(1), new PrintWriter(out))) {
      assertThat(progress.line()).isEqualTo("0 of 20 objects, 0 bytes, 0.00 GB/s, no estimate yet");

      spark
          .range(0, 10, 1, 3)
          .write()
          .format("s3dlio")
          .mode("append")
          .option("objectSize", "1k")
          .save(dir.toString());
      spark.sparkContext().listenerBus().waitUntilEmpty();

      assertThat(progress.line())
          .matches("10 of 20 objects, 10240 bytes, 0.00 GB/s, [0-9]+ s left");
    }
    assertThat(out.toString()).isEmpty();
  }

  @Test
  @Timeout(120)
  void countsWhatTasksUnderWayHaveWritten(@TempDir Path dir) throws Exception {
    try (Progress progress =
        Progress.start(spark, 300, Duration.ofDays(1), new PrintWriter(new StringWriter()))) {
      Thread job =
          new Thread(
              () ->
                  spark
                      .range(0, 300, 1, 1)
                      .mapPartitions(
                          (MapPartitionsFunction<Long, Long>) ProgressTest::stopAt250,
                          Encoders.LONG())
                      .toDF("id")
                      .write()
                      .format("s3dlio")
                      .mode("append")
                      .option("objectSize", "1k")
                      .save(dir.toString()));
      job.start();
      while (progress.line().startsWith("0 of 300 objects")) {
        Thread.onSpinWait();
      }
      String underWay = progress.line();
      GO_ON.countDown();
      job.join();

      assertThat(underWay).matches("[1-9][0-9]{0,2} of 300 objects, [1-9][0-9]{3,5} bytes, .*");
      assertThat(underWay).as("the last 50 wait").doesNotStartWith("300");
    }
  }

  private static Iterator<Long> stopAt250(Iterator<Long> ids) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return ids.hasNext();
      }

      @Override
      public Long next() {
        Long id = ids.next();
        if (id == 250) {
          try {
            GO_ON.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
        return id;
      }
    };
  }
}
