package io.s3dlio.spark.read;

import io.s3dlio.spark.config.Decode;
import io.s3dlio.storage.Location;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What objects are by how their names end. */
final class Suffixes {
  private record Format(Decode decode, Pattern end) {
    Format(Decode decode, String end) {
      this(decode, Pattern.compile(end));
    }
  }

  /** Shards of TFRecords often have their number behind: {@code train.tfrecord-00007-of-00100}. */
  private static final List<Format> FORMATS =
      List.of(
          new Format(Decode.NPZ, "\\.npz$"),
          new Format(Decode.NPY, "\\.npy$"),
          new Format(Decode.HDF5, "\\.(h5|hdf5)$"),
          new Format(Decode.TFRECORD, "\\.tfrecords?(-\\d+-of-\\d+)?(\\.gz)?$"));

  private Suffixes() {}

  /**
   * @throws IllegalArgumentException if it ends like none of them
   */
  static Decode formatOf(Location object) {
    String key = object.key().toLowerCase(Locale.ROOT);
    return FORMATS.stream()
        .filter(format -> format.end().matcher(key).find())
        .map(Format::decode)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    ("Cannot read %s with decode=auto: its name ends with none of .h5 .hdf5 .npy .npz"
                            + " .tfrecord .tfrecords. Set decode to what the objects are, or choose"
                            + " objects with pathGlobFilter")
                        .formatted(object)));
  }
}
