package io.s3dlio.testing;

import java.io.File;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.testcontainers.DockerClientFactory;

/**
 * Where a server for tests comes from. A machine without any still passes the tests, and says which
 * ones it could not run; one that runs them for everybody, with {@code CI=true}, must have them.
 *
 * @param name the server's
 * @param variable names its endpoint in the environment
 */
record ServerChoice(String name, String variable) {
  static final ServerChoice MINIO = new ServerChoice("MinIO", "S3DLIO_TEST_MINIO");
  static final ServerChoice VERSITYGW = new ServerChoice("versitygw", "S3DLIO_TEST_VERSITYGW");
  static final ServerChoice AZURITE = new ServerChoice("Azurite", "S3DLIO_TEST_AZURITE");
  static final ServerChoice FAKE_GCS =
      new ServerChoice("fake-gcs-server", "S3DLIO_TEST_FAKE_GCS");

  private static final String KEY = "S3DLIO_TEST_KEY";
  private static final String SECRET = "S3DLIO_TEST_SECRET";

  /** One of the places. */
  enum Place {
    ENVIRONMENT,
    DOCKER,
    NOWHERE
  }

  /**
   * Returns where the server is.
   *
   * @param docker whether Docker runs and can serve; asked only if the environment names no server
   * @throws IllegalStateException if there is none where there must be one
   */
  Place place(Map<String, String> environment, BooleanSupplier docker) {
    if (!environment.getOrDefault(variable, "").isBlank()) {
      return Place.ENVIRONMENT;
    }
    if (docker.getAsBoolean()) {
      return Place.DOCKER;
    }
    if (environment.getOrDefault("CI", "").equals("true")) {
      throw new IllegalStateException(
          "No %s for tests, and CI=true: start one and set %s, as .ci/run does"
              .formatted(name, variable));
    }
    return Place.NOWHERE;
  }

  /** Returns whether Docker runs and can serve. */
  static boolean isDockerThere() {
    boolean promising =
        System.getenv("DOCKER_HOST") != null || new File("/var/run/docker.sock").exists();
    return promising && DockerClientFactory.instance().isDockerAvailable();
  }

  /**
   * Returns the server that the environment names.
   *
   * @throws IllegalStateException if it does not name its keys too
   */
  S3Server ofEnvironment(Map<String, String> environment) {
    return new S3Server(
        name,
        URI.create(environment.get(variable)),
        required(environment, KEY),
        required(environment, SECRET));
  }

  private String required(Map<String, String> environment, String key) {
    return Optional.ofNullable(environment.get(key))
        .orElseThrow(() -> new IllegalStateException(variable + " is set, " + key + " is not"));
  }
}
