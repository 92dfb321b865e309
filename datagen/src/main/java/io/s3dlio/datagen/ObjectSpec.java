package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * A synthetic object to be made.
 *
 * @param index its index in the data set: with the seed it determines the bytes
 * @param name its key below the prefix
 * @param size its length in bytes
 * @param type what it holds
 * @param payload what it holds beside that
 */
public record ObjectSpec(long index, String name, long size, ObjectType type, Payload payload) {
  public ObjectSpec {
    requireNonNull(name, "name is null");
    requireNonNull(type, "type is null");
    requireNonNull(payload, "payload is null");
    if (index < 0) {
      throw new IllegalArgumentException("Invalid index: %d (must be >= 0)".formatted(index));
    }
    if (size < 0) {
      throw new IllegalArgumentException("Invalid size: %d (must be >= 0)".formatted(size));
    }
    type.require(payload);
    requireSize(size, type, payload);
  }

  private static void requireSize(long size, ObjectType type, Payload payload) {
    int records = payload.records();
    String samples = "%d sample%s".formatted(records, records == 1 ? "" : "s");
    OptionalLong exact = type.size(payload);
    if (exact.isPresent() && size != exact.getAsLong()) {
      throw new IllegalArgumentException(
          "Invalid size: %d (%s has %d for %s of the shape %s)"
              .formatted(size, type, exact.getAsLong(), samples, payload.shape()));
    }
    long least = type.minSize(payload);
    if (exact.isEmpty() && size < least) {
      throw new IllegalArgumentException(
          "Invalid size: %d (%s needs %d or more for %s)".formatted(size, type, least, samples));
    }
  }

  /** Specifies an object of one sample, if its type has some. */
  public ObjectSpec(long index, String name, long size, ObjectType type) {
    this(index, name, size, type, Payload.DEFAULT);
  }

  /** Specifies an object of so many samples. */
  public ObjectSpec(long index, String name, long size, ObjectType type, int records) {
    this(index, name, size, type, Payload.DEFAULT.withRecords(records));
  }

  /** Returns the object's bytes: a pure function of the seed and this specification. */
  public ObjectSource source(long seed) {
    Factors factors = payload.factors();
    return switch (type) {
      case ZEROS -> new ZeroBytes(size);
      case RANDOM -> factors.bytes(seed, index, size);
      case TFRECORD -> new TfRecordBytes(seed, index, size, payload.records(), factors);
      case NPZ -> ArrayFiles.npz(seed, index, size, payload);
      case NPY -> ArrayFiles.npy(seed, index, size, payload);
      case HDF5 -> ArrayFiles.hdf5(seed, index, size, payload);
    };
  }

  /**
   * Returns the index of this object's records, in the text form of DALI's {@code tfrecord2idx}.
   *
   * @throws IllegalStateException if the object is none of TFRecords
   */
  public ObjectSource recordIndex() {
    if (type != ObjectType.TFRECORD) {
      throw new IllegalStateException("%s objects have no index".formatted(type));
    }
    return new TfRecordIndex(size, payload.records());
  }
}
