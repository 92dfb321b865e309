package io.s3dlio.spark.it;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Generates objects, reads them back and replaces them by fewer, with keys that the driver alone
 * gets to know once Spark runs, and fails a read with wrong ones.
 *
 * <p>Arguments: a file of properties, those of Hadoop after {@code hadoop.}, the options beside
 * them after {@code beside.}, all of the options after {@code option.} and the wrong ones after
 * {@code wrong.}; the location.
 */
public final class CloudProgram {
  private CloudProgram() {}

  public static void main(String[] arguments) throws IOException {
    Properties properties = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
      properties.load(file);
    }
    Map<String, String> beside = after("beside.", properties);
    Map<String, String> options = after("option.", properties);
    String location = arguments[1];
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      Configuration hadoop = spark.sparkContext().hadoopConfiguration();
      after("hadoop.", properties).forEach(hadoop::set);
      generate(spark, 40).options(beside).mode("append").save(location);
      System.out.println("read " + sums(spark, beside, location));
      generate(spark, 25)
          .options(beside)
          .mode("overwrite")
          .option("overwritePrefix", "true")
          .save(location);
      System.out.println("after the overwrite " + sums(spark, beside, location));
      generate(spark, 3).options(options).mode("append").save(location + "/options");
      System.out.println("by options " + sums(spark, options, location + "/options"));
      spark
          .read()
          .format("s3dlio")
          .options(options)
          .load(location)
          .createOrReplaceTempView("by_options");
      spark.sql("SELECT count(content) FROM by_options WHERE length > 0").collect();
      try {
        sums(spark, after("wrong.", properties), location);
        System.out.println("the wrong key was accepted");
      } catch (Exception e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  private static Map<String, String> after(String prefix, Properties properties) {
    return properties.stringPropertyNames().stream()
        .filter(name -> name.startsWith(prefix))
        .collect(
            Collectors.toMap(name -> name.substring(prefix.length()), properties::getProperty));
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

  private static String sums(SparkSession spark, Map<String, String> options, String location) {
    Dataset<Row> rows = spark.read().format("s3dlio").options(options).load(location);
    Row sums = rows.selectExpr("count(*)", "sum(length(content))").first();
    return sums.getLong(0) + " objects, " + sums.getLong(1) + " bytes";
  }
}
