package io.s3dlio.spark.config;

import io.s3dlio.datagen.Factors;
import io.s3dlio.datagen.Payload;
import io.s3dlio.format.ElementType;
import io.s3dlio.format.ImageShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  public static final OptionKey<ElementType> DTYPE =
      OptionKeys.choice(
          "dtype",
          Scope.WRITE,
          ElementType.class,
          ElementType.UINT8,
          "What the elements of synthetic arrays are (`npz`, `npy`, `hdf5`), by NumPy's name.");

  public static final OptionKey<Optional<List<Long>>> SHAPE =
      OptionKeys.optional(
          "shape",
          Scope.WRITE,
          "1 to %d lengths with commas between".formatted(ImageShape.MAX_AXES),
          PayloadOptions::parseShape,
          "The shape of each sample of synthetic arrays, such as `224,224,3`; the objects' size"
              + " follows from it. Unset: a height and a width that follow from the size.");

  private static final List<OptionKey<?>> ALL = List.of(DEDUPE, COMPRESS, DTYPE, SHAPE);

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

  private static List<Long> parseShape(String text) {
    List<String> lengths = List.of(text.split(",", -1));
    if (lengths.size() > ImageShape.MAX_AXES) {
      throw new IllegalArgumentException(
          "must be 1 to %d lengths, not %d".formatted(ImageShape.MAX_AXES, lengths.size()));
    }
    return lengths.stream().map(length -> parseLength(length.strip())).toList();
  }

  private static long parseLength(String text) {
    if (!text.matches("[0-9]{1,13}") || Long.parseLong(text) == 0) {
      throw new IllegalArgumentException("must be lengths >= 1 such as 224,224,3");
    }
    return Long.parseLong(text);
  }

  /** Returns what the options of a write say. */
  public static Payload of(ResolvedOptions options) {
    return new Payload(
        options.value(WriteOptions.RECORDS_PER_OBJECT),
        new Factors(options.value(DEDUPE), options.value(COMPRESS)),
        options.value(DTYPE),
        options.value(SHAPE).orElse(List.of()));
  }

  /** Returns what a manifest's settings say, whatever else they say. */
  public static Payload of(Map<String, String> settings) {
    Map<String, String> options = new HashMap<>(settings);
    options.keySet().retainAll(NAMES);
    return of(ResolvedOptions.forWrite(options, Map.of()));
  }
}
