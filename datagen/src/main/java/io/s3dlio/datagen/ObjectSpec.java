package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

/**
 * A synthetic object to be made.
 *
 * @param index its index in the data set: with the seed it determines the bytes
 * @param name its key below the prefix
 * @param size its length in bytes
 * @param type what it holds
 */
public record ObjectSpec(long index, String name, long size, ObjectType type) {
  public ObjectSpec {
    requireNonNull(name, "name is null");
    requireNonNull(type, "type is null");
    if (index < 0) {
      throw new IllegalArgumentException("Invalid index: %d (must be >= 0)".formatted(index));
    }
    if (size < 0) {
      throw new IllegalArgumentException("Invalid size: %d (must be >= 0)".formatted(size));
    }
  }

  /** Returns the object's bytes: a pure function of the seed and this specification. */
  public ObjectSource source(long seed) {
    return switch (type) {
      case ZEROS -> new ZeroBytes(size);
      case RANDOM -> RandomBytes.of(seed, index, size);
    };
  }
}
