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
import software.amazon.awssdk.services.s3.model.MultipartUpload;

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
          .contains("after the overwrite 25 objects, 2500000 bytes")
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

  @Test
  void anExecutorThatIsKilledInMidUploadLeavesNoneAndNothingIsLost() throws Exception {
    int count = 40;
    String bucket = "killed-" + UUID.randomUUID();
    String uri = "s3://" + bucket + "/set/";
    try (S3Client client = SERVER.client()) {
      client.createBucket(create -> create.bucket(bucket));
      try (ChildProcess putMany =
          cluster()
              .start(
                  "io.s3dlio.spark.jobs.PutMany",
                  "--uri=" + uri,
                  "--count=" + count,
                  "--size=24mb",
                  "--seed=7",
                  "--name=sample_{:03d}.bin",
                  "--part-size=5mb",
                  "--parallelism=8")) {
        putMany.await("an upload is under way", () -> !uploads(client, bucket).isEmpty());
        ProcessHandle executor = putMany.started("CoarseGrainedExecutorBackend").get(0);
        executor.destroyForcibly();
        executor.onExit().join();
        assertThat(objects(client, bucket)).as("objects when it died").isLessThan(count);
        assertThat(putMany.succeed()).contains("ExecutorLostFailure");
      }

      assertThat(uploads(client, bucket)).isEmpty();
      assertThat(objects(client, bucket)).isEqualTo(count);
      try (ChildProcess verify = cluster().start("io.s3dlio.spark.jobs.Verify", "--uri=" + uri)) {
        verify.succeed();
      }
    }
  }

  private SparkSubmit cluster() {
    return new SparkSubmit(
        folder,
        SparkSubmit.CLUSTER,
        Map.of(
            "spark.hadoop.fs.s3a.endpoint", SERVER.endpoint().toString(),
            "spark.hadoop.fs.s3a.access.key", SERVER.accessKeyId(),
            "spark.hadoop.fs.s3a.secret.key", SERVER.secretAccessKey()));
  }

  /** With no prefix: MinIO knows no other way to list the uploads of several keys. */
  private static List<String> uploads(S3Client client, String bucket) {
    return client.listMultipartUploads(list -> list.bucket(bucket)).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  private static long objects(S3Client client, String bucket) {
    return client
        .listObjectsV2Paginator(list -> list.bucket(bucket).prefix("set/sample_"))
        .contents()
        .stream()
        .count();
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
