package io.s3dlio.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.testcontainers.containers.MinIOContainer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A server that speaks S3, for tests: one that runs already, one in Docker, or one of our own. */
public record S3Server(String name, URI endpoint, String accessKeyId, String secretAccessKey) {
  private static final String IMAGE = "minio/minio:RELEASE.2025-09-07T16-13-09Z";

  /** Returns whether there is a MinIO, as conditions of tests ask. */
  public static boolean hasMinio() {
    return minio().isPresent();
  }

  /** Returns whether there is a versitygw, as conditions of tests ask. */
  public static boolean hasVersitygw() {
    return versitygw().isPresent();
  }

  /**
   * Returns the environment's MinIO, else one in Docker where Docker runs.
   *
   * @throws IllegalStateException if there is none and {@code CI=true}
   */
  public static Optional<S3Server> minio() {
    return Minio.SERVER;
  }

  /**
   * Returns the environment's versitygw.
   *
   * @throws IllegalStateException if there is none and {@code CI=true}
   */
  public static Optional<S3Server> versitygw() {
    return Versitygw.SERVER;
  }

  /** Returns an s3proxy in a process of its own, which ends with this JVM. */
  public static S3Server s3proxy() {
    return S3Proxy.SERVER;
  }

  /** Returns the most real server that there is. */
  public static S3Server best() {
    return minio().orElseGet(S3Server::s3proxy);
  }

  /** Returns the AWS SDK's client of this server. */
  public S3Client client() {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(accessKeyId, secretAccessKey)))
        .build();
  }

  private static Optional<S3Server> find(
      ServerChoice choice, BooleanSupplier docker, Supplier<S3Server> inDocker) {
    Map<String, String> environment = System.getenv();
    return switch (choice.place(environment, docker)) {
      case ENVIRONMENT -> Optional.of(said(choice.ofEnvironment(environment)));
      case DOCKER -> Optional.of(said(inDocker.get()));
      case NOWHERE -> {
        System.out.printf(
            "S3 for tests: no %s (%s is not set): its tests are skipped%n",
            choice.name(), choice.variable());
        yield Optional.empty();
      }
    };
  }

  private static S3Server said(S3Server server) {
    System.out.println("S3 for tests: " + server.name + " at " + server.endpoint);
    return server;
  }

  private static final class Versitygw {
    static final Optional<S3Server> SERVER =
        find(
            ServerChoice.VERSITYGW,
            () -> false,
            () -> {
              throw new IllegalStateException("No image of versitygw is known");
            });
  }

  private static final class Minio {
    static final Optional<S3Server> SERVER =
        find(ServerChoice.MINIO, ServerChoice::isDockerThere, Minio::inDocker);

    private static S3Server inDocker() {
      // Testcontainers itself removes it when this JVM ends.
      MinIOContainer container = new MinIOContainer(IMAGE);
      container.start();
      return new S3Server(
          "MinIO in Docker",
          URI.create(container.getS3URL()),
          container.getUserName(),
          container.getPassword());
    }
  }

  private static final class S3Proxy {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    static final S3Server SERVER = start();

    private static S3Server start() {
      try {
        for (int attempt = 1; attempt <= 3; attempt++) {
          Optional<S3Server> started = start(freePort());
          if (started.isPresent()) {
            return said(started.get());
          }
        }
        throw new IllegalStateException("s3proxy does not start: see target/s3proxy.log");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while s3proxy starts", e);
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      }
    }

    private static Optional<S3Server> start(int port) throws IOException, InterruptedException {
      Path jar = Path.of("target", "s3proxy", "s3proxy.jar");
      if (Files.notExists(jar)) {
        throw new IllegalStateException(
            "No " + jar.toAbsolutePath() + ": mvn generate-test-resources brings it");
      }
      String key = "key" + UUID.randomUUID();
      String secret = "secret" + UUID.randomUUID();
      URI endpoint = URI.create("http://127.0.0.1:" + port);
      Path properties = Files.createTempFile("s3proxy", ".properties");
      properties.toFile().deleteOnExit();
      Files.write(
          properties,
          List.of(
              "s3proxy.endpoint=" + endpoint,
              "s3proxy.authorization=aws-v2-or-v4",
              "s3proxy.identity=" + key,
              "s3proxy.credential=" + secret,
              "jclouds.provider=transient-nio2",
              "jclouds.identity=none",
              "jclouds.credential=none"));
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx1g",
                  "-jar",
                  jar.toString(),
                  "--properties",
                  properties.toString())
              .redirectErrorStream(true)
              .redirectOutput(new File("target", "s3proxy.log"))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return answers(endpoint, process)
          ? Optional.of(new S3Server("s3proxy", endpoint, key, secret))
          : Optional.empty();
    }

    /** Returns whether the process listens at last. */
    private static boolean answers(URI endpoint, Process process) throws InterruptedException {
      long deadline = System.nanoTime() + START_LIMIT.toNanos();
      while (process.isAlive() && System.nanoTime() < deadline) {
        try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
          return socket.isConnected();
        } catch (IOException e) {
          Thread.sleep(20);
        }
      }
      process.destroyForcibly();
      return false;
    }
  }
}
