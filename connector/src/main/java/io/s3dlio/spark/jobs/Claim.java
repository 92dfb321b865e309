package io.s3dlio.spark.jobs;

import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.Serializable;

/**
 * What a manifest says of an object.
 *
 * @param job the manifest's place among those of the prefix; later ones are right
 * @param seed the seed of that job
 */
record Claim(int job, long seed, String name, long size, int crc32c, long index, String objectType)
    implements Serializable {
  static Claim of(int job, long seed, ManifestEntry entry) {
    return new Claim(
        job, seed, entry.name(), entry.size(), entry.crc32c(), entry.index(), entry.objectType());
  }

  ManifestEntry entry() {
    return new ManifestEntry(name, size, crc32c, index, objectType);
  }

  static Claim later(Claim left, Claim right) {
    return left.job() >= right.job() ? left : right;
  }
}
