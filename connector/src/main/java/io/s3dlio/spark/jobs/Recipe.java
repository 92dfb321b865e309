package io.s3dlio.spark.jobs;

import io.s3dlio.datagen.Compression;
import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.spark.config.PayloadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a job's generated objects were made with, beside what its manifest says of each.
 *
 * @param seed the seed of the job
 * @param payload what each object holds beside its type
 * @param compression how objects are compressed
 */
record Recipe(long seed, Payload payload, Compression compression) implements Serializable {
  static Recipe of(Manifest manifest) {
    Map<String, String> options = new HashMap<>(manifest.settings());
    options.keySet().retainAll(Set.of(WriteOptions.COMPRESSION.name()));
    return new Recipe(
        manifest.seed(),
        PayloadOptions.of(manifest.settings()),
        ResolvedOptions.forWrite(options, Map.of()).value(WriteOptions.COMPRESSION));
  }

  /**
   * Returns what a generated object holds.
   *
   * @throws IllegalArgumentException if nothing can be made like that
   */
  ObjectSource source(ManifestEntry entry) {
    boolean isIndex = entry.objectType().equals(ObjectType.RECORD_INDEX);
    ObjectType type = isIndex ? ObjectType.TFRECORD : ObjectType.parse(entry.objectType());
    ObjectSpec spec = new ObjectSpec(entry.index(), entry.name(), entry.specSize(), type, payload);
    return isIndex ? spec.recordIndex() : compression.of(type, spec.source(seed));
  }
}
