package io.s3dlio.spark.jobs;

import io.s3dlio.storage.manifest.Manifest;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Every so-manieth entry of a manifest's shard: what one task takes of it.
 *
 * @param job the manifest's place among those of the prefix
 * @param recipe what that job's objects were made with
 * @param slice which of the shard's entries: those whose number leaves this remainder
 * @param slices divided by this
 */
record ShardSlice(
    int job, Recipe recipe, String shard, long count, long bytes, int slice, int slices)
    implements Serializable {
  /**
   * Cuts all shards so that there are about as many slices as there will be tasks.
   *
   * @param manifests oldest first
   */
  static List<ShardSlice> of(List<Manifest> manifests, int tasks) {
    int shards = manifests.stream().mapToInt(manifest -> manifest.shards().size()).sum();
    int slices = shards == 0 ? 1 : Math.max(1, tasks / shards);
    List<ShardSlice> result = new ArrayList<>();
    for (int job = 0; job < manifests.size(); job++) {
      Manifest manifest = manifests.get(job);
      Recipe recipe = Recipe.of(manifest);
      for (Manifest.Shard shard : manifest.shards()) {
        for (int slice = 0; slice < slices; slice++) {
          result.add(
              new ShardSlice(
                  job, recipe, shard.name(), shard.count(), shard.bytes(), slice, slices));
        }
      }
    }
    return result;
  }

  Manifest.Shard toManifest() {
    return new Manifest.Shard(shard, count, bytes);
  }

  boolean has(long number) {
    return number % slices == slice;
  }
}
