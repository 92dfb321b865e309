package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.NameTemplate;
import java.io.Serializable;

/**
 * One state of a checkpoint, as its manifest tells it.
 *
 * @param name what it is saved as; a key below a prefix, see {@link NameTemplate#requireSafe}, of
 *     which a rank has one
 * @param rank which rank saved it
 * @param key where its bytes are, below the checkpoints' prefix
 * @param size how many bytes it has
 * @param storedSize how many bytes the object has; other than {@code size} if it is compressed
 * @param crc32c the CRC-32C of its bytes, before compression
 * @param compression how the object is compressed
 */
public record SavedState(
    String name,
    int rank,
    String key,
    long size,
    long storedSize,
    int crc32c,
    StateCompression compression)
    implements Serializable {
  private static final int MAX_RATIO = 1 << 16;

  public SavedState {
    requireName(name);
    requireNonNull(key, "key is null");
    requireNonNull(compression, "compression is null");
    requireNotNegative("rank", rank);
    requireNotNegative("size", size);
    requireNotNegative("storedSize", storedSize);
    // So that nothing is allocated for what cannot be.
    if (size / MAX_RATIO > storedSize) {
      throw new IllegalArgumentException(
          "Invalid size: %d (more than any compression makes %d bytes of)"
              .formatted(size, storedSize));
    }
    if (compression == StateCompression.NONE && size != storedSize) {
      throw new IllegalArgumentException(
          "Invalid storedSize: %d (the state has %d bytes and is not compressed)"
              .formatted(storedSize, size));
    }
  }

  /**
   * @throws IllegalArgumentException if a state cannot have this name
   */
  static String requireName(String name) {
    NameTemplate.requirePlain(name);
    try {
      NameTemplate.requireSafe(CheckpointPaths.nameFolder(name));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Invalid name: '%s' (no part of a key can hold it)".formatted(name), e);
    }
    return name;
  }

  static void requireNotNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException("Invalid %s: %d (must be >= 0)".formatted(field, value));
    }
  }

  /** Returns whether the same bytes were saved under the same name, wherever they are. */
  boolean isSameAs(SavedState other) {
    return name.equals(other.name)
        && rank == other.rank
        && size == other.size
        && crc32c == other.crc32c;
  }
}
