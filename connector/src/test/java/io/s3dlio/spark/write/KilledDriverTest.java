package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledDriverTest {
  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  KilledDriverTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @Test
  void whatAKilledDriverLeftGoesWithALaterJobOnceItIsAWeekOld() throws Exception {
    killADriver();
    List<String> left = WrittenFiles.remains(dir);
    assertThat(left).hasSizeGreaterThanOrEqualTo(2);
    assertThat(left).allMatch(name -> name.matches("deep/\\.s3dlio-[0-9a-f-]+\\.tmp"));
    assertThat(spark.read().format("s3dlio").load(dir.toString()).count()).isZero();

    write("young");
    assertThat(WrittenFiles.remains(dir)).as("it may still be at work").isEqualTo(left);

    for (String name : left) {
      Files.setLastModifiedTime(
          dir.resolve(name), FileTime.from(Instant.now().minus(Duration.ofDays(8))));
    }
    write("old");
    assertThat(WrittenFiles.remains(dir)).isEmpty();
    assertThat(WrittenFiles.objects(dir)).containsOnlyKeys("old", "young");
  }

  private void killADriver() throws IOException, InterruptedException {
    Process driver = ForkedSpark.start("exec \"$@\"", KilledDriver.class, dir.toString());
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.equals("waiting")) {
        output.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as(output.toString()).isEqualTo("waiting");
      driver.destroyForcibly().waitFor();
    }
  }

  private void write(String name) {
    spark
        .sql("select '%s' name, X'01' content".formatted(name))
        .write()
        .format("s3dlio")
        .mode("append")
        .save(dir.toString());
  }
}
