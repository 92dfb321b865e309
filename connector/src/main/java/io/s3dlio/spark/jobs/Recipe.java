package io.s3dlio.spark.jobs;

import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.spark.config.PayloadOptions;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.Serializable;

/**
 * What a job's generated objects were made with, beside what its manifest says of each.
 *
 * @param seed the seed of the job
 * @param payload what each object holds beside its type
 */
record Recipe(long seed, Payload payload) implements Serializable {
  static Recipe of(Manifest manifest) {
    return new Recipe(manifest.seed(), PayloadOptions.of(manifest.settings()));
  }

  /**
   * Returns what a generated object holds.
   *
   * @throws IllegalArgumentException if nothing can be made like that
   */
  ObjectSource source(ManifestEntry entry) {
    ObjectType type = ObjectType.parse(entry.objectType());
    return new ObjectSpec(entry.index(), entry.name(), entry.size(), type, payload).source(seed);
  }
}
