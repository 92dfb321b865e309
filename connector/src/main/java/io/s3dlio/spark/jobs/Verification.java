package io.s3dlio.spark.jobs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.manifest.Manifest;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Proves what manifests claim, as a Spark job over their shards: nothing that grows with the number
 * of objects comes to the driver.
 */
record Verification(Location prefix, StoreConfig config) implements Serializable {
  /**
   * @param manifests oldest first: what a later one says of a name is right
   * @param tasks about how many tasks there will be
   */
  Verdict run(JavaSparkContext spark, List<Manifest> manifests, int tasks) {
    List<ShardSlice> slices = ShardSlice.of(manifests, tasks);
    if (slices.isEmpty()) {
      return Verdict.NONE;
    }
    JavaRDD<ShardSlice> work = spark.parallelize(slices, Math.min(tasks, slices.size()));
    JavaRDD<Verdict> verdicts =
        manifests.size() == 1
            ? work.mapPartitions(this::proveSlices)
            : work.mapPartitions(this::claims)
                .mapToPair(claim -> new Tuple2<>(claim.name(), claim))
                .reduceByKey(Claim::later, tasks)
                .values()
                .mapPartitions(this::prove);
    return verdicts.fold(Verdict.NONE, Verdict::plus);
  }

  private Iterator<Verdict> proveSlices(Iterator<ShardSlice> slices) throws IOException {
    try (ObjectStore store = open();
        Claims claims = new Claims(store, prefix, slices)) {
      return prove(store, claims);
    }
  }

  private Iterator<Verdict> prove(Iterator<Claim> claims) {
    try (ObjectStore store = open()) {
      return prove(store, claims);
    }
  }

  private Iterator<Verdict> prove(ObjectStore store, Iterator<Claim> claims) {
    Verdict verdict = Verdict.NONE;
    try (ObjectProof proof = new ObjectProof(store, prefix)) {
      while (claims.hasNext()) {
        verdict = verdict.plus(proof.of(claims.next()));
      }
    }
    return List.of(verdict).iterator();
  }

  /** Returns claims that Spark takes one by one; they are closed with the task. */
  private Iterator<Claim> claims(Iterator<ShardSlice> slices) {
    ObjectStore store = open();
    Claims claims = new Claims(store, prefix, slices);
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              try (store;
                  claims) {
                // Only to be closed.
              } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
              }
            });
    return claims;
  }

  private ObjectStore open() {
    return ObjectStores.forLocation(prefix, config);
  }
}
