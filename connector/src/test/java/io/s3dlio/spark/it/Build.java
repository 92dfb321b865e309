package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** What the build made for these tests; its paths come from the build as system properties. */
final class Build {
  private Build() {}

  /** Returns the jar that users give to {@code spark.jars}. */
  static Path bundle() {
    return existing("s3dlio.bundle");
  }

  /** Returns a Spark installation with nothing of ours in it. */
  static Path sparkHome() {
    return existing("s3dlio.sparkHome");
  }

  /** Returns the folder of the whole project. */
  static Path root() {
    return existing("s3dlio.root");
  }

  private static Path existing(String property) {
    assertThat(System.getProperty(property)).as("system property %s", property).isNotNull();
    Path path = Path.of(System.getProperty(property)).toAbsolutePath().normalize();
    assertThat(path).exists();
    return path;
  }
}
