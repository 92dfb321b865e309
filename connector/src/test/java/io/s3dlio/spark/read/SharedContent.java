package io.s3dlio.spark.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads by reference in one task and says how: what {@link SharedContentTest} forks. */
final class SharedContent {
  private SharedContent() {}

  /**
   * @param args the objects' folder, the folder and the budget of shared memory
   */
  public static void main(String[] args) throws IOException {
    SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.s3dlio.sharedMemoryDir", args[1])
            .config("spark.s3dlio.sharedMemoryBudget", args[2])
            .getOrCreate();
    Dataset<Row> objects =
        spark
            .read()
            .format("s3dlio")
            .option("directFallback", true)
            .option("maxBatchBytes", "4mb")
            .load("direct://" + args[0]);
    List<String> read = References.read(objects);
    Set<String> expected = new HashSet<>();
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      for (Path file : files.toList()) {
        expected.add(References.expected(file));
      }
    }
    long wrong =
        read.stream()
            .filter(line -> !expected.remove(line.substring(0, line.lastIndexOf(' ') + 1)))
            .count();
    long inline = read.stream().filter(line -> line.endsWith(" ")).count();
    System.out.printf("wrong: %d%n", wrong + expected.size());
    System.out.printf("inline: %d, shared: %d%n", inline, read.size() - inline);
    Dataset<Row> refs = objects.select("_content_ref");
    refs.collectAsList();
    System.out.printf("inlineBatches: %d%n", ReadFixture.metric(refs, "inlineBatches"));
    spark.stop();
  }
}
