package io.s3dlio.spark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Generates objects, reads them back and replaces them by fewer, with keys that the driver alone
 * gets to know once Spark runs, and fails a read with wrong ones.
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
      generate(spark, 40).mode("append").save(arguments[1]);
      System.out.println("read " + sums(spark, arguments[1]));
      generate(spark, 25).mode("overwrite").option("overwritePrefix", "true").save(arguments[1]);
      System.out.println("after the overwrite " + sums(spark, arguments[1]));
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

  private static DataFrameWriter<Row> generate(SparkSession spark, int count) {
    return spark
        .range(0, count, 1, 4)
        .toDF()
        .write()
        .format("s3dlio")
        .option("objectName", "sample_{:03d}.bin")
        .option("objectSize", "100000")
        .option("seed", "3");
  }

  private static String sums(SparkSession spark, String location) {
    Dataset<Row> rows = spark.read().format("s3dlio").load(location);
    Row sums = rows.selectExpr("count(*)", "sum(length(content))").first();
    return sums.getLong(0) + " objects, " + sums.getLong(1) + " bytes";
  }
}
