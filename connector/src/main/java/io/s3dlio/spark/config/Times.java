package io.s3dlio.spark.config;

import java.time.ZoneId;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;

/** Times as Spark writes them. */
public final class Times {
  private Times() {}

  /**
   * Returns a time in microseconds since 1970.
   *
   * @param text what {@code CAST(... AS TIMESTAMP)} takes
   * @param zone of a text that tells none
   * @throws IllegalArgumentException with the rule
   */
  public static long micros(String text, ZoneId zone) {
    Option<Object> micros = DateTimeUtils.stringToTimestamp(UTF8String.fromString(text), zone);
    if (micros.isEmpty()) {
      throw new IllegalArgumentException("must be a time such as 2026-01-31T12:00:00");
    }
    return (Long) micros.get();
  }

  /**
   * Returns a time zone.
   *
   * @throws IllegalArgumentException with the rule
   */
  static ZoneId zone(String text) {
    try {
      return DateTimeUtils.getZoneId(text);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("must be a time zone such as Europe/Zurich or +01:00", e);
    }
  }
}
