package io.s3dlio.spark.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Executors in processes of their own, which learn the keys of S3 from their tasks alone. */
class S3ClusterIT {
  private static final S3Server SERVER = S3Server.best();

  @TempDir Path folder;

  @Test
  void keysOfTheDriverReachTasksAndNothingElse() throws Exception {
    String bucket = "cluster-" + UUID.randomUUID();
    try (S3Client client = SERVER.client()) {
      client.createBucket(create -> create.bucket(bucket));
    }
    Path work = Files.createDirectory(folder.resolve("work"));
    Path events = Files.createDirectory(work.resolve("events"));
    Path server = folder.resolve("server");
    Files.write(
        server,
        List.of(SERVER.endpoint().toString(), SERVER.accessKeyId(), SERVER.secretAccessKey()));

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
      assertThat(text(file)).as(file.toString()).doesNotContain(SERVER.secretAccessKey());
    }
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
