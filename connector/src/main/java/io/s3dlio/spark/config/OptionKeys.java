package io.s3dlio.spark.config;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Makes options. */
final class OptionKeys {
  private OptionKeys() {}

  static OptionKey<Boolean> flag(String name, Scope scope, boolean value, String doc) {
    return new OptionKey<>(
        name, scope, "true, false", String.valueOf(value), doc, OptionKeys::bool, Optional.empty());
  }

  static OptionKey<Boolean> sparkFlag(
      String name, Scope scope, String setting, boolean value, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "true, false",
        String.valueOf(value),
        doc,
        OptionKeys::bool,
        Optional.of(setting));
  }

  static OptionKey<Integer> integer(
      String name, Scope scope, int value, int min, int max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "%d to %d".formatted(min, max),
        String.valueOf(value),
        doc,
        text -> Math.toIntExact(Sizes.parseNumberWithin(text, min, max)),
        Optional.empty());
  }

  static OptionKey<Long> number(
      String name, Scope scope, long value, long min, long max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        min == Long.MIN_VALUE ? "any 64-bit integer" : "%d to %d".formatted(min, max),
        String.valueOf(value),
        doc,
        text -> Sizes.parseNumberWithin(text, min, max),
        Optional.empty());
  }

  static OptionKey<Double> decimal(
      String name, Scope scope, double value, int min, int max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "number, %d to %d".formatted(min, max),
        new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value),
        doc,
        text -> Sizes.parseDecimalWithin(text, min, max),
        Optional.empty());
  }

  static OptionKey<Long> size(
      String name, Scope scope, long value, long min, long max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "size, %s to %s".formatted(Sizes.format(min), Sizes.format(max)),
        Sizes.format(value),
        doc,
        text -> Sizes.parseWithin(text, min, max),
        Optional.empty());
  }

  static OptionKey<Long> sparkSize(
      String name, Scope scope, String setting, long value, long min, long max, String doc) {
    return new OptionKey<>(
        name,
        scope,
        "size",
        Sizes.format(value),
        doc,
        text -> Sizes.parseWithin(text, min, max),
        Optional.of(setting));
  }

  static <T> OptionKey<Optional<T>> optional(
      String name, Scope scope, String type, Function<String, T> parser, String doc) {
    return new OptionKey<>(
        name,
        scope,
        type,
        "",
        doc,
        text -> text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text)),
        Optional.empty());
  }

  static <E extends Enum<E>> OptionKey<E> choice(
      String name, Scope scope, Class<E> type, E value, String doc) {
    return new OptionKey<>(
        name, scope, names(type), spelled(value), doc, parser(type), Optional.empty());
  }

  static <E extends Enum<E>> Function<String, E> parser(Class<E> type) {
    return text ->
        Arrays.stream(type.getEnumConstants())
            .filter(constant -> spelled(constant).equalsIgnoreCase(text))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("must be one of " + names(type)));
  }

  static String names(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(OptionKeys::spelled)
        .collect(Collectors.joining(", "));
  }

  static String spelled(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace("_", "");
  }

  static boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }
}
