package io.s3dlio.spark.config;

import io.s3dlio.datagen.SizeDistribution;
import io.s3dlio.datagen.SizeDistribution.LogNormal;
import io.s3dlio.datagen.SizeDistribution.Uniform;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Sizes of objects as options write them: one, or the distribution of many. */
final class ObjectSizes {
  /** The largest object that S3 takes. */
  private static final long MAX = 5L << 40;

  private static final Pattern FUNCTION = Pattern.compile("([A-Za-z]+)\\s*\\((.*)\\)");

  private static final String FORMS =
      "must be a size such as 8mb, uniform(min,max) such as uniform(1mb,4mb),"
          + " lognormal(mean,deviation) or lognormal(mean,deviation,min,max) such as"
          + " lognormal(1mb,512k,64k,16mb)";

  private ObjectSizes() {}

  /**
   * Parses what {@code objectSize} says.
   *
   * @throws IllegalArgumentException with the rule that the text breaks
   */
  static SizeDistribution parse(String text) {
    Matcher function = FUNCTION.matcher(text);
    if (!function.matches()) {
      if (!text.matches("-?[0-9]+[A-Za-z]*")) {
        throw new IllegalArgumentException(FORMS);
      }
      return SizeDistribution.of(size(text));
    }
    String name = function.group(1).toLowerCase(Locale.ROOT);
    long[] sizes =
        Stream.of(function.group(2).split(",", -1)).mapToLong(size -> size(size.strip())).toArray();
    if (name.equals("uniform") && sizes.length == 2) {
      return new Uniform(sizes[0], sizes[1]);
    }
    if (name.equals("lognormal") && sizes.length == 2) {
      return new LogNormal(sizes[0], sizes[1], 0, MAX);
    }
    if (name.equals("lognormal") && sizes.length == 4) {
      return new LogNormal(sizes[0], sizes[1], sizes[2], sizes[3]);
    }
    throw new IllegalArgumentException(FORMS);
  }

  private static long size(String text) {
    return Sizes.parseWithin(text, 0, MAX);
  }
}
