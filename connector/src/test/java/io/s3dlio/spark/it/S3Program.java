package io.s3dlio.spark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Generates objects and reads them back, with keys that the driver alone gets to know once Spark
 * runs, and fails a read with wrong ones.
 *
 * <p>Arguments: a file with endpoint, access key and secret key, a line each; the location.
 */
public final class S3Program {
  private S3Program() {}

  public static void main(String[] arguments) throws IOException {
    List<String> server = Files.readAllLines(Path.of(arguments[0]));
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      Configuration hadoop = spark.sparkContext().hadoopConfiguration();
      hadoop.set("fs.s3a.endpoint", server.get(0));
      hadoop.set("fs.s3a.access.key", server.get(1));
      hadoop.set("fs.s3a.secret.key", server.get(2));
      spark
          .range(0, 40, 1, 4)
          .write()
          .format("s3dlio")
          .mode("append")
          .option("objectName", "sample_{:03d}.bin")
          .option("objectSize", "100000")
          .option("seed", "3")
          .save(arguments[1]);
      Dataset<Row> rows = spark.read().format("s3dlio").load(arguments[1]);
      Row sums = rows.selectExpr("count(*)", "sum(length(content))").first();
      System.out.println("read " + sums.getLong(0) + " objects, " + sums.getLong(1) + " bytes");
      Dataset<Row> byOptions =
          spark
              .read()
              .format("s3dlio")
              .option("accessKeyId", server.get(1))
              .option("secretAccessKey", server.get(2) + "-wrong")
              .load(arguments[1]);
      try {
        byOptions.count();
        System.out.println("the wrong key was accepted");
      } catch (Exception e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }
}
