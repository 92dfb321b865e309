package io.s3dlio.datagen;

import io.s3dlio.format.ElementType;
import io.s3dlio.format.Hdf5;
import io.s3dlio.format.ImageShape;
import io.s3dlio.format.Npy;
import io.s3dlio.format.Npz;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
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
  /** NumPy's archive with the members {@code x}, images, and {@code y}, their labels. */
  NPZ,
  /** NumPy's file of one array: images. */
  NPY,
  /** HDF5 with the datasets {@code records_0}, images, and {@code labels}. */
  HDF5;

  /** What manifests call the index of a TFRecord object. */
  public static final String RECORD_INDEX = "tfrecord_index";

  /**
   * @throws IllegalArgumentException if an object of this type cannot hold that
   */
  void require(Payload payload) {
    if (!isArray()) {
      return;
    }
    int most =
        payload.shape().isEmpty() ? ImageShape.maxSamples(payload.type()) : ImageShape.MAX_SAMPLES;
    if (payload.records() > most) {
      throw new IllegalArgumentException(
          "Invalid recordsPerObject: %d (%s holds 1 to %d of %s)"
              .formatted(payload.records(), this, most, payload.type()));
    }
    if (payload.type() == ElementType.BOOL && payload.factors().compress() > 1) {
      throw new IllegalArgumentException(
          "Invalid compress: %s (elements of %s compress by themselves, about eight times)"
              .formatted(payload.factors().compress(), payload.type()));
    }
  }

  /** Returns the size of the smallest object. */
  long minSize(Payload payload) {
    int records = payload.records();
    return switch (this) {
      case ZEROS, RANDOM -> 0;
      case TFRECORD -> (long) records * TfRecordBytes.MIN_RECORD;
      case NPZ -> Npz.minLength(payload.type(), records);
      case NPY -> Npy.minLength(payload.type(), records);
      case HDF5 -> Hdf5.minLength(payload.type(), records);
    };
  }

  /** Returns the size that follows from what an object holds, if it does. */
  public OptionalLong size(Payload payload) {
    if (!isArray() || payload.shape().isEmpty()) {
      return OptionalLong.empty();
    }
    ImageShape shape = new ImageShape(payload.type(), payload.shape(), payload.records());
    return OptionalLong.of(
        switch (this) {
          case NPZ -> Npz.length(shape);
          case NPY -> Npy.length(shape);
          default -> Hdf5.length(shape);
        });
  }

  /** Returns whether objects hold an array. */
  public boolean isArray() {
    return this == NPZ || this == NPY || this == HDF5;
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
