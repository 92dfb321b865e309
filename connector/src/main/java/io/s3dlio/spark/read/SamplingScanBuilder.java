package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ResolvedOptions;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.SampleMethod;
import org.apache.spark.sql.connector.read.SupportsPushDownTableSample;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over {@code TABLESAMPLE SYSTEM}: whole objects, each by chance, and the same ones whenever
 * the seed is the same. Of Spark 4.2 and newer, and apart so that no older one looks for its
 * classes.
 */
final class SamplingScanBuilder extends S3dlioScanBuilder implements SupportsPushDownTableSample {
  private static final Logger LOG = LoggerFactory.getLogger(SamplingScanBuilder.class);

  SamplingScanBuilder(
      Listing listing, StructType givenSchema, TableShape shape, ResolvedOptions options) {
    super(listing, givenSchema, shape, options);
  }

  @Override
  public boolean pushTableSample(
      double lowerBound,
      double upperBound,
      boolean withReplacement,
      long seed,
      SampleMethod method) {
    if (method != SampleMethod.SYSTEM || withReplacement) {
      LOG.info("Left to Spark is the sample: only SYSTEM without replacement is of whole objects");
      return false;
    }
    filter(
        new Sample(lowerBound, upperBound, seed),
        (objects, object) -> {
          double chance = chance(objects.path(object), seed);
          return Truth.of(lowerBound <= chance && chance < upperBound);
        });
    return true;
  }

  private static double chance(byte[] path, long seed) {
    long hash = UTF8String.fromBytes(path).hashCode();
    return new SplittableRandom(seed ^ (hash << Integer.SIZE)).nextDouble();
  }

  /** A predicate by chance, which only the listing knows. */
  private static final class Sample extends Predicate {
    Sample(double lowerBound, double upperBound, long seed) {
      super(
          "SYSTEM_SAMPLE",
          new Expression[] {
            Expressions.literal(lowerBound),
            Expressions.literal(upperBound),
            Expressions.literal(seed)
          });
    }

    @Override
    public String toString() {
      return name() + Arrays.toString(children());
    }
  }
}
