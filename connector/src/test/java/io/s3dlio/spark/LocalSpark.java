package io.s3dlio.spark;

import org.apache.spark.sql.SparkSession;

/** The one Spark session of a test JVM: two cores, no UI. Tests leave its settings as found. */
public final class LocalSpark {
  private LocalSpark() {}

  /** Returns the session, started on first use and stopped with the JVM. */
  public static SparkSession session() {
    return Holder.SESSION;
  }

  private static final class Holder {
    static final SparkSession SESSION =
        SparkSession.builder()
            .master("local[2]")
            .appName("s3dlio tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
  }
}
