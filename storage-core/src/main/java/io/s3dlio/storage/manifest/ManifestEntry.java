package io.s3dlio.storage.manifest;

import static java.util.Objects.requireNonNull;

/**
 * One object that a job wrote.
 *
 * @param name its key below the job's prefix
 * @param size its length in bytes
 * @param crc32c the CRC-32C of its bytes
 * @param index the object's index in the generated data set, or -1 for real content
 * @param objectType the type that was generated, or empty for real content
 */
public record ManifestEntry(String name, long size, int crc32c, long index, String objectType) {
  public ManifestEntry {
    requireNonNull(name, "name is null");
    requireNonNull(objectType, "objectType is null");
  }

  /** Returns an entry of real content, which only its checksum can prove. */
  public static ManifestEntry content(String name, long size, int crc32c) {
    return new ManifestEntry(name, size, crc32c, -1, "");
  }

  /** Returns whether the object's bytes are a function of (seed, index) and its type. */
  public boolean isGenerated() {
    return index >= 0;
  }
}
