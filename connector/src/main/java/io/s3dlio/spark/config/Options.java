package io.s3dlio.spark.config;

import java.util.List;
import java.util.stream.Stream;

/** Every option of the connector. What is not here does not exist. */
public final class Options {
  private static final List<OptionKey<?>> ALL =
      Stream.of(
              TuningOptions.all(),
              FileOptions.all(),
              ReadOptions.all(),
              PoolOptions.all(),
              DecodeOptions.all(),
              WriteOptions.all(),
              PayloadOptions.all(),
              JvmOptions.all(),
              StoreOptions.all(),
              S3Options.all(),
              AzureOptions.all(),
              GcsOptions.all())
          .flatMap(List::stream)
          .toList();

  private Options() {}

  /** Returns every option, in the order in which the docs show them. */
  public static List<OptionKey<?>> all() {
    return ALL;
  }
}
