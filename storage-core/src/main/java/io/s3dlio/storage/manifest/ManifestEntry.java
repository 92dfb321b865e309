package io.s3dlio.storage.manifest;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * One object that a job wrote.
 *
 * @param name its key below the job's prefix: relative, with no empty, {@code .} or {@code ..}
 *     component
 * @param size its length in bytes
 * @param crc32c the CRC-32C of its bytes
 * @param index the object's index in the generated data set, or -1 for real content
 * @param objectType the type that was generated, or empty for real content
 * @param specSize the size that was asked for and that the bytes are a function of; other than
 *     {@code size} where a format's length follows from what it holds
 */
public record ManifestEntry(
    String name, long size, int crc32c, long index, String objectType, long specSize) {
  public ManifestEntry {
    requireNonNull(name, "name is null");
    requireNonNull(objectType, "objectType is null");
    if (Arrays.stream(name.split("/", -1)).anyMatch(ManifestEntry::leadsAway)) {
      throw new IllegalArgumentException(
          "Invalid name: '%s' (must be a key below a prefix)".formatted(name));
    }
    if (size < 0) {
      throw new IllegalArgumentException("Invalid size: %d (must be >= 0)".formatted(size));
    }
    if (specSize < 0) {
      throw new IllegalArgumentException("Invalid specSize: %d (must be >= 0)".formatted(specSize));
    }
    if (index < -1) {
      throw new IllegalArgumentException("Invalid index: %d (must be >= -1)".formatted(index));
    }
    if ((index == -1) != objectType.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid objectType: '%s' (generated objects have one, real content has none)"
              .formatted(objectType));
    }
    if (index == -1 && specSize != size) {
      throw new IllegalArgumentException(
          "Invalid specSize: %d (real content has its size, %d)".formatted(specSize, size));
    }
  }

  /** Makes an entry of an object that is as long as was asked for. */
  public ManifestEntry(String name, long size, int crc32c, long index, String objectType) {
    this(name, size, crc32c, index, objectType, size);
  }

  private static boolean leadsAway(String component) {
    return component.isEmpty() || component.equals(".") || component.equals("..");
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
