package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticWriteTest {
  private final SparkSession spark = LocalSpark.session();

  private final Path dir;

  SyntheticWriteTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @Test
  void objectsAreNamedByTheTemplateAndHaveTheSize() {
    spark
        .range(0, 10, 1, 3)
        .write()
        .format("s3dlio")
        .option("objectName", "sample_{:06d}.bin")
        .option("objectSize", "100k")
        .option("seed", "42")
        .mode("append")
        .save(dir.toUri().toString());

    assertThat(dir.toFile().list()).hasSize(12);
  }
}
