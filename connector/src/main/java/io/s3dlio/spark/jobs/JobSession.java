package io.s3dlio.spark.jobs;

import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The Spark session of a program: the one that runs already, or one of its own, which it stops.
 * Without a master from spark-submit it runs on this machine's cores.
 */
record JobSession(SparkSession spark, boolean owned) implements AutoCloseable {
  static JobSession open(String name) {
    boolean owned = SparkSession.getDefaultSession().isEmpty();
    SparkConf conf = new SparkConf();
    SparkSession.Builder builder = SparkSession.builder();
    if (!conf.contains("spark.app.name")) {
      builder.appName(name);
    }
    if (!conf.contains("spark.master")) {
      builder.master("local[*]");
    }
    return new JobSession(builder.getOrCreate(), owned);
  }

  /** Returns whether every task runs in this JVM. */
  boolean isLocal() {
    return spark.sparkContext().isLocal();
  }

  /** Returns the options of a write to a location as they are in force in this session. */
  ResolvedOptions writeOptions(Map<String, String> options, Location location) {
    return ResolvedOptions.forWrite(options, settings()).withHadoop(hadoop(), List.of(location));
  }

  /** Returns what this session opens the store of a location with. */
  StoreConfig storeConfig(Location location) {
    return ResolvedOptions.forRead(Map.of(), settings())
        .withHadoop(hadoop(), List.of(location))
        .storeConfig(List.of(location));
  }

  private Configuration hadoop() {
    return spark.sessionState().newHadoopConf();
  }

  private Map<String, String> settings() {
    return CollectionConverters.asJava(spark.conf().getAll());
  }

  @Override
  public void close() {
    if (owned) {
      spark.stop();
    }
  }
}
