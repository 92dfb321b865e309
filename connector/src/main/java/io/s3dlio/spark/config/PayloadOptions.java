package io.s3dlio.spark.config;

import io.s3dlio.datagen.Factors;
import io.s3dlio.datagen.Payload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The options of writes that say what synthetic objects hold, whatever their type is. */
public final class PayloadOptions {
  public static final OptionKey<Double> DEDUPE =
      OptionKeys.decimal(
          "dedupe",
          Scope.WRITE,
          1,
          1,
          Factors.MAX,
          "How many blocks of 4 KiB there are in the data set for each that differs from all the"
              + " others ([Formats](formats.md#dedupe-and-compress)).");

  public static final OptionKey<Double> COMPRESS =
      OptionKeys.decimal(
          "compress",
          Scope.WRITE,
          1,
          1,
          Factors.MAX,
          "How many times smaller a compressor makes each object"
              + " ([Formats](formats.md#dedupe-and-compress)).");

  private static final List<OptionKey<?>> ALL = List.of(DEDUPE, COMPRESS);

  /** The names of all that a payload is made from. */
  private static final Set<String> NAMES =
      Stream.concat(Stream.of(WriteOptions.RECORDS_PER_OBJECT), ALL.stream())
          .map(OptionKey::name)
          .collect(Collectors.toSet());

  private PayloadOptions() {}

  /** Returns all but {@code recordsPerObject}. */
  public static List<OptionKey<?>> all() {
    return ALL;
  }

  /** Returns what the options of a write say. */
  public static Payload of(ResolvedOptions options) {
    return new Payload(
        options.value(WriteOptions.RECORDS_PER_OBJECT),
        new Factors(options.value(DEDUPE), options.value(COMPRESS)));
  }

  /** Returns what a manifest's settings say, whatever else they say. */
  public static Payload of(Map<String, String> settings) {
    Map<String, String> options = new HashMap<>(settings);
    options.keySet().retainAll(NAMES);
    return of(ResolvedOptions.forWrite(options, Map.of()));
  }
}
