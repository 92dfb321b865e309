package io.s3dlio.spark.config;

import io.s3dlio.datagen.DlioLayout;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import java.util.List;
import java.util.Optional;

/** The names of objects that the options of {@code layout=dlio} ask for. */
public final class DlioNames {
  private static final List<OptionKey<?>> PARAMETERS =
      List.of(
          WriteOptions.NUM_FILES_TRAIN,
          WriteOptions.NUM_FILES_EVAL,
          WriteOptions.NUM_SUBFOLDERS_TRAIN,
          WriteOptions.NUM_SUBFOLDERS_EVAL,
          WriteOptions.FILE_PREFIX);

  private DlioNames() {}

  /**
   * Returns DLIO's names if they were asked for.
   *
   * @throws IllegalArgumentException if an option has no meaning with them, or without
   */
  public static Optional<DlioLayout> of(ResolvedOptions options) {
    if (options.value(WriteOptions.LAYOUT) != Layout.DLIO) {
      refuse(PARAMETERS, options, "it belongs to layout=dlio");
      return Optional.empty();
    }
    refuse(List.of(WriteOptions.OBJECT_NAME), options, "layout=dlio names the objects");
    refuse(
        List.of(WriteOptions.OBJECT_COUNT),
        options,
        "with layout=dlio there are numFilesTrain and numFilesEval objects");
    ObjectType type = options.value(WriteOptions.OBJECT_TYPE);
    if (!type.hasRecords()) {
      throw new IllegalArgumentException(
          "Invalid objectType: '%s' (DLIO reads tfrecord, npz, npy and hdf5)".formatted(type));
    }
    return Optional.of(
        new DlioLayout(
            options
                .value(WriteOptions.NUM_FILES_TRAIN)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "Invalid layout: 'dlio' (it needs numFilesTrain, too)")),
            options.value(WriteOptions.NUM_FILES_EVAL),
            options.value(WriteOptions.NUM_SUBFOLDERS_TRAIN),
            options.value(WriteOptions.NUM_SUBFOLDERS_EVAL),
            options.value(WriteOptions.FILE_PREFIX),
            type.toString()));
  }

  private static void refuse(List<OptionKey<?>> keys, ResolvedOptions options, String reason) {
    for (OptionKey<?> key : keys) {
      if (options.origin(key) == Origin.OPTION) {
        throw new IllegalArgumentException(
            "Invalid option: '%s' (%s)".formatted(key.name(), reason));
      }
    }
  }
}
