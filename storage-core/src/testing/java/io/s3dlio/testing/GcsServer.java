package io.s3dlio.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** A server that speaks the JSON API of Google Cloud Storage, for tests. */
public record GcsServer(URI endpoint) {
  private static final String IMAGE = "fsouza/fake-gcs-server:1.56.1";
  private static final int PORT = 4443;

  /** Returns whether there is one, as conditions of tests ask. */
  public static boolean isThere() {
    return fake().isPresent();
  }

  /**
   * Returns the environment's fake-gcs-server, else one in Docker where Docker runs.
   *
   * @throws IllegalStateException if there is none and {@code CI=true}
   */
  public static Optional<GcsServer> fake() {
    return Fake.SERVER;
  }

  /** Makes a bucket. */
  public void createBucket(String name) {
    HttpRequest create =
        HttpRequest.newBuilder(endpoint.resolve("/storage/v1/b?project=test"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + name + "\"}"))
            .build();
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(create, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("No bucket " + name + ": " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a bucket is made", e);
    }
  }

  private static final class Fake {
    static final Optional<GcsServer> SERVER = find();

    private static Optional<GcsServer> find() {
      Map<String, String> environment = System.getenv();
      ServerChoice choice = ServerChoice.FAKE_GCS;
      Optional<GcsServer> server =
          switch (choice.place(environment, ServerChoice::isDockerThere)) {
            case ENVIRONMENT ->
                Optional.of(new GcsServer(URI.create(environment.get(choice.variable()))));
            case DOCKER -> Optional.of(inDocker());
            case NOWHERE -> Optional.empty();
          };
      System.out.println(
          server
              .map(found -> "GCS for tests: " + choice.name() + " at " + found.endpoint())
              .orElse(
                  "GCS for tests: no %s (%s is not set): its tests are skipped"
                      .formatted(choice.name(), choice.variable())));
      return server;
    }

    @SuppressWarnings("resource") // Testcontainers itself removes it when this JVM ends.
    private static GcsServer inDocker() {
      GenericContainer<?> container =
          new GenericContainer<>(IMAGE)
              .withExposedPorts(PORT)
              .withCommand("-backend", "memory", "-scheme", "http", "-port", String.valueOf(PORT))
              .waitingFor(Wait.forHttp("/_internal/healthcheck"));
      container.start();
      return new GcsServer(
          URI.create("http://" + container.getHost() + ":" + container.getMappedPort(PORT)));
    }
  }
}
