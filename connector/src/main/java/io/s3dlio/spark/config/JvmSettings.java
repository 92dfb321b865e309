package io.s3dlio.spark.config;

import java.util.Optional;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/** Options of a JVM, as an application's configuration has them. */
final class JvmSettings {
  private JvmSettings() {}

  /** Returns an option's full name. */
  static String name(OptionKey<?> key) {
    return ResolvedOptions.JVM_PREFIX + key.name();
  }

  /** Returns what was set, by a name in any case; empty if nothing was. */
  static <T> Optional<T> given(SparkConf conf, OptionKey<Optional<T>> key) {
    for (Tuple2<String, String> setting : conf.getAll()) {
      if (setting._1().equalsIgnoreCase(name(key))) {
        Optional<T> given = key.parse(setting._2());
        if (given.isPresent()) {
          return given;
        }
      }
    }
    return Optional.empty();
  }
}
