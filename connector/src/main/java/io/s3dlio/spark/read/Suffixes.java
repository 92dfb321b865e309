package io.s3dlio.spark.read;

import io.s3dlio.spark.config.Decode;
import io.s3dlio.storage.Location;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What objects are by how their names end. */
final class Suffixes {
  private static final Map<String, Decode> FORMATS =
      Map.of(
          ".npz", Decode.NPZ,
          ".npy", Decode.NPY,
          ".h5", Decode.HDF5,
          ".hdf5", Decode.HDF5,
          ".tfrecord", Decode.TFRECORD,
          ".tfrecords", Decode.TFRECORD,
          ".tfrecord.gz", Decode.TFRECORD,
          ".tfrecords.gz", Decode.TFRECORD);

  private Suffixes() {}

  /**
   * @throws IllegalArgumentException if it ends like none of them
   */
  static Decode formatOf(Location object) {
    String key = object.key().toLowerCase(Locale.ROOT);
    return FORMATS.entrySet().stream()
        .filter(format -> key.endsWith(format.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    ("Cannot read %s with decode=auto: its name ends with none of %s. Set decode to"
                            + " what the objects are, or choose objects with pathGlobFilter")
                        .formatted(
                            object,
                            FORMATS.keySet().stream().sorted().collect(Collectors.joining(" ")))));
  }
}
