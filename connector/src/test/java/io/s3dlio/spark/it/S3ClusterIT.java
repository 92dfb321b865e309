package io.s3dlio.spark.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Executors in processes of their own, which learn the keys of S3 from their tasks alone. */
@EnabledIfEnvironmentVariable(named = "S3DLIO_TEST_MINIO", matches = "http.+")
class S3ClusterIT {
  private static final String ENDPOINT = "S3DLIO_TEST_MINIO";
  private static final String KEY = "S3DLIO_TEST_KEY";
  private static final String SECRET = "S3DLIO_TEST_SECRET";

  @TempDir Path folder;

  @Test
  void keysOfTheDriverReachTasksAndNothingElse() throws Exception {
    String bucket = "cluster-" + UUID.randomUUID();
    try (S3Client client = client()) {
      client.createBucket(create -> create.bucket(bucket));
    }
    Path work = Files.createDirectory(folder.resolve("work"));
    Path events = Files.createDirectory(work.resolve("events"));
    Path server = folder.resolve("server");
    Files.write(
        server, List.of(System.getenv(ENDPOINT), System.getenv(KEY), System.getenv(SECRET)));

    SparkSubmit spark =
        new SparkSubmit(
            work,
            SparkSubmit.CLUSTER,
            Map.of(
                "spark.eventLog.enabled", "true",
                "spark.eventLog.compress", "false",
                "spark.eventLog.dir", events.toUri().toString()));
    try (ChildProcess program =
        spark.start(S3Program.class, server.toString(), "s3://" + bucket + "/set/")) {
      assertThat(program.succeed())
          .contains("read 40 objects, 4000000 bytes")
          .contains("refused: Cannot list")
          .contains("Check the secret key")
          .doesNotContain("the wrong key was accepted");
    }

    assertThat(text(events))
        .as("a log of the whole run")
        .contains("SparkListenerSQLExecutionStart")
        .contains("SparkListenerApplicationEnd");
    for (Path file : files(work)) {
      assertThat(text(file)).as(file.toString()).doesNotContain(System.getenv(SECRET));
    }
  }

  private static S3Client client() {
    return S3Client.builder()
        .endpointOverride(URI.create(System.getenv(ENDPOINT)))
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(System.getenv(KEY), System.getenv(SECRET))))
        .build();
  }

  /** Everything that a driver and its executors leave: logs of both, the event log, blocks. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".jar"))
          .toList();
    }
  }

  private static String text(Path path) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : files(path)) {
      text.append(Files.readString(file, ISO_8859_1));
    }
    return text.toString();
  }
}
