package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {
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
}
