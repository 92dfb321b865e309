package io.s3dlio.spark.write;

import java.util.Iterator;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Writes objects and never comes to an end: what other tests fork and kill. */
final class KilledDriver {
  private KilledDriver() {}

  /**
   * @param args where the objects go, and perhaps an option that is set to {@code next}
   */
  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    DataFrameWriter<Row> writer =
        spark
            .range(0, 100, 1, 1)
            .toDF()
            .mapPartitions(
                (MapPartitionsFunction<Row, Long>) KilledDriver::threeAndThenNone, Encoders.LONG())
            .selectExpr("concat('deep/o', value) as name", "cast('content' as binary) as content")
            .write()
            .format("s3dlio")
            .option("maxConcurrency", 1)
            .mode("append");
    if (args.length > 1) {
      writer.option(args[1], "next");
    }
    writer.save(args[0]);
  }

  private static Iterator<Long> threeAndThenNone(Iterator<Row> rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Long next() {
        long id = rows.next().getLong(0);
        while (id == 3) {
          // Those before it are written, but for the one that may be in flight.
          System.out.println("waiting");
          LockSupport.park();
        }
        return id;
      }
    };
  }
}
