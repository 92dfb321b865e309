package io.s3dlio.datagen;

import io.s3dlio.format.Hdf5;
import io.s3dlio.format.ImageShape;
import io.s3dlio.format.Npy;
import io.s3dlio.format.Npz;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a synthetic object holds. */
public enum ObjectType {
  /** Zero bytes. */
  ZEROS,
  /** Incompressible bytes, another sequence for every object. */
  RANDOM,
  /**
   * TFRecords of {@code tf.train.Example} with the features {@code image}, incompressible bytes,
   * and {@code size}, how many these are.
   */
  TFRECORD,
  /** NumPy's archive with the members {@code x}, images as bytes, and {@code y}, their labels. */
  NPZ,
  /** NumPy's file of one array: images as bytes. */
  NPY,
  /** HDF5 with the datasets {@code records_0}, images as bytes, and {@code labels}. */
  HDF5;

  /** What manifests call the index of a TFRecord object. */
  public static final String RECORD_INDEX = "tfrecord_index";

  /**
   * @throws IllegalArgumentException if an object of this type cannot hold so many samples
   */
  void requireRecords(int records) {
    boolean isArray = this == NPZ || this == NPY || this == HDF5;
    if (isArray && records > ImageShape.MAX_SAMPLES) {
      throw new IllegalArgumentException(
          "Invalid recordsPerObject: %d (%s holds 1 to %d)"
              .formatted(records, this, ImageShape.MAX_SAMPLES));
    }
  }

  /**
   * Returns the size of the smallest object.
   *
   * @param records how many samples it holds
   */
  long minSize(int records) {
    return switch (this) {
      case ZEROS, RANDOM -> 0;
      case TFRECORD -> (long) records * TfRecordBytes.MIN_RECORD;
      case NPZ -> Npz.minLength(records);
      case NPY -> Npy.minLength(records);
      case HDF5 -> Hdf5.minLength(records);
    };
  }

  /** Returns whether objects are made of samples, as many as one asks for. */
  public boolean hasRecords() {
    return this != ZEROS && this != RANDOM;
  }

  /**
   * Parses a name as options and columns give it, in any case.
   *
   * @throws IllegalArgumentException naming the known types
   */
  public static ObjectType parse(String name) {
    for (ObjectType type : values()) {
      if (type.name().equalsIgnoreCase(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "Invalid objectType: '%s' (known: %s)"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(ObjectType::toString)
                    .collect(Collectors.joining(", "))));
  }

  /** Returns the name as options and manifests write it, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
