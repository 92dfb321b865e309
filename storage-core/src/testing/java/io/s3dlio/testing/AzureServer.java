package io.s3dlio.testing;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.ImageFromDockerfile;

/**
 * A server that speaks as Azure Blob Storage does, for tests.
 *
 * @param endpoint with the account, below which containers are
 */
public record AzureServer(URI endpoint, String account, String key) {
  private static final String ACCOUNT = "devstoreaccount1";

  /** The key of every Azurite. */
  private static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  /** Returns whether there is an Azurite, as conditions of tests ask. */
  public static boolean hasAzurite() {
    return azurite().isPresent();
  }

  /**
   * Returns the environment's Azurite, else one in Docker where Docker runs.
   *
   * @throws IllegalStateException if there is none and {@code CI=true}
   */
  public static Optional<AzureServer> azurite() {
    return Azurite.SERVER;
  }

  private static final class Azurite {
    private static final int PORT = 10000;

    static final Optional<AzureServer> SERVER = find();

    private static Optional<AzureServer> find() {
      ServerChoice choice = ServerChoice.AZURITE;
      Map<String, String> environment = System.getenv();
      return switch (choice.place(environment, ServerChoice::isDockerThere)) {
        case ENVIRONMENT -> Optional.of(said(environment.get(choice.variable())));
        case DOCKER -> Optional.of(said(inDocker()));
        case NOWHERE -> {
          System.out.printf(
              "Azure for tests: no %s (%s is not set): its tests are skipped%n",
              choice.name(), choice.variable());
          yield Optional.empty();
        }
      };
    }

    private static AzureServer said(String endpoint) {
      System.out.println("Azure for tests: Azurite at " + endpoint);
      return new AzureServer(URI.create(endpoint), ACCOUNT, KEY);
    }

    /** Testcontainers itself removes it when this JVM ends. */
    private static String inDocker() {
      GenericContainer<?> container =
          new GenericContainer<>(
                  new ImageFromDockerfile()
                      .withDockerfileFromBuilder(
                          image ->
                              image
                                  .from("node:22-alpine")
                                  .run("npm install --global azurite@3.37.0")
                                  .cmd(
                                      "azurite-blob",
                                      "--inMemoryPersistence",
                                      "--skipApiVersionCheck",
                                      "--disableTelemetry",
                                      "--blobHost",
                                      "0.0.0.0")))
              .withExposedPorts(PORT);
      container.start();
      return "http://%s:%d/%s"
          .formatted(container.getHost(), container.getMappedPort(PORT), ACCOUNT);
    }
  }
}
