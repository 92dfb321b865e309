package io.s3dlio.spark.jobs;

import io.s3dlio.datagen.Compression;
import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
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
 * @param records how many samples each object holds, if its type has some
 * @param compression how objects are compressed
 */
record Recipe(long seed, int records, Compression compression) implements Serializable {
  static Recipe of(Manifest manifest) {
    Map<String, String> options = new HashMap<>(manifest.settings());
    options
        .keySet()
        .retainAll(Set.of(WriteOptions.RECORDS_PER_OBJECT.name(), WriteOptions.COMPRESSION.name()));
    ResolvedOptions resolved = ResolvedOptions.forWrite(options, Map.of());
    return new Recipe(
        manifest.seed(),
        resolved.value(WriteOptions.RECORDS_PER_OBJECT),
        resolved.value(WriteOptions.COMPRESSION));
  }

  /**
   * Returns what a generated object holds.
   *
   * @throws IllegalArgumentException if nothing can be made like that
   */
  ObjectSource source(ManifestEntry entry) {
    boolean isIndex = entry.objectType().equals(ObjectType.RECORD_INDEX);
    ObjectType type = isIndex ? ObjectType.TFRECORD : ObjectType.parse(entry.objectType());
    ObjectSpec spec = new ObjectSpec(entry.index(), entry.name(), entry.specSize(), type, records);
    return isIndex ? spec.recordIndex() : compression.of(type, spec.source(seed));
  }
}
