package io.s3dlio.spark.config;

import io.s3dlio.storage.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * The settings of one of Hadoop's own connectors, as our options say them.
 *
 * @param name of all of the settings, for people
 * @param identity the options that say whose the requests are, which go together
 * @param options values by the options' names
 */
record HadoopSettings(String name, Set<OptionKey<?>> identity, Map<String, String> options) {

  /**
   * Returns the settings for a location; empty if it is local.
   *
   * @throws IllegalArgumentException if a setting is malformed or asks for what we cannot do; the
   *     message names it and holds no secret
   */
  static Optional<HadoopSettings> of(Configuration hadoop, Location location) {
    String container = location.container();
    return switch (location.scheme()) {
      case "s3" ->
          Optional.of(
              new HadoopSettings(
                  "fs.s3a", S3Options.identity(), S3aSettings.options(hadoop, container)));
      case "az" ->
          Optional.of(
              new HadoopSettings(
                  "fs.azure", AzureOptions.identity(), AbfsSettings.options(hadoop, container)));
      case "gs" ->
          Optional.of(
              new HadoopSettings("fs.gs", GcsOptions.identity(), GoogleSettings.options(hadoop)));
      default -> Optional.empty();
    };
  }

  /** Returns a setting that somebody made. */
  static Optional<String> text(Configuration settings, String key) {
    String value = settings.getTrimmed(key, "");
    return value.isEmpty() || isHadoopsDefault(settings, key)
        ? Optional.empty()
        : Optional.of(value);
  }

  private static boolean isHadoopsDefault(Configuration settings, String key) {
    String[] sources = settings.getPropertySources(key);
    return sources != null
        && sources.length > 0
        && sources[sources.length - 1].equals("core-default.xml");
  }

  /** Returns a secret, which may lie with a credential provider (JCEKS). */
  static Optional<String> secret(Configuration settings, String key) {
    try {
      return Optional.ofNullable(settings.getPassword(key))
          .map(String::new)
          .map(String::strip)
          .filter(text -> !text.isEmpty());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read %s from its credential provider: %s".formatted(key, e.getMessage()), e);
    }
  }

  static IllegalArgumentException refused(String key, String reason) {
    return new IllegalArgumentException("Invalid %s: %s".formatted(key, reason));
  }
}
