package io.s3dlio.spark.jobs;

import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.Serializable;

/**
 * What a manifest says of an object.
 *
 * @param job the manifest's place among those of the prefix; later ones are right
 * @param recipe what that job's objects were made with
 */
record Claim(
    int job,
    Recipe recipe,
    String name,
    long size,
    int crc32c,
    long index,
    String objectType,
    long specSize)
    implements Serializable {
  static Claim of(int job, Recipe recipe, ManifestEntry entry) {
    return new Claim(
        job,
        recipe,
        entry.name(),
        entry.size(),
        entry.crc32c(),
        entry.index(),
        entry.objectType(),
        entry.specSize());
  }

  ManifestEntry entry() {
    return new ManifestEntry(name, size, crc32c, index, objectType, specSize);
  }

  static Claim later(Claim left, Claim right) {
    return left.job() >= right.job() ? left : right;
  }
}
