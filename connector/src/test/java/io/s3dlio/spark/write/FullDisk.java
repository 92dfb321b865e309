package io.s3dlio.spark.write;

import io.s3dlio.spark.WrittenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Writes more than a small disk holds and says what is left: what {@link FullDiskTest} forks. */
final class FullDisk {
  private FullDisk() {}

  /**
   * @param args the small disk
   */
  public static void main(String[] args) throws IOException {
    Path disk = Path.of(args[0]);
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    try {
      spark
          .range(0, 64, 1, 4)
          .write()
          .format("s3dlio")
          .mode("append")
          .option("objectSize", "1mb")
          .save(disk.toString());
      System.out.println("the write succeeded");
    } catch (Exception e) {
      System.out.println(
          "the write failed: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    spark.stop();
    for (String name : WrittenFiles.names(disk)) {
      System.out.printf("left: %s %d%n", name, Files.size(disk.resolve(name)));
    }
  }
}
