package io.s3dlio.spark.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.CloudFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in processes of their own, which learn keys from their tasks alone. */
abstract class ClusterContract {
  @TempDir Path temporary;

  final Cloud cloud;
  final CloudFolder folder;

  ClusterContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
  }

  @Test
  void keysOfTheDriverReachTasksAndNothingElse() throws Exception {
    Path work = Files.createDirectory(temporary.resolve("work"));
    Path events = Files.createDirectory(work.resolve("events"));
    Path properties = temporary.resolve("properties");
    String wrong = "wrong" + cloud.secret().substring(5);
    write(properties, wrong);

    Map<String, String> settings = new HashMap<>();
    settings.put("spark.eventLog.enabled", "true");
    settings.put("spark.eventLog.compress", "false");
    settings.put("spark.eventLog.dir", events.toUri().toString());

    SparkSubmit spark = new SparkSubmit(work, SparkSubmit.CLUSTER, settings);
    try (ChildProcess program =
        spark.start(CloudProgram.class, properties.toString(), folder.hadoopUri())) {
      assertThat(program.succeed())
          .contains("read 40 objects, 4000000 bytes")
          .contains("after the overwrite 25 objects, 2500000 bytes")
          .contains("by options 3 objects, 300000 bytes")
          .contains(cloud.refusesOthers() ? "refused: Cannot " : "the wrong key was accepted")
          .contains(cloud.refusesOthers() ? "Check the " : "accepted");
    }

    assertThat(text(events))
        .as("a log of the whole run")
        .contains("SparkListenerSQLExecutionStart")
        .contains("SparkListenerApplicationEnd");
    for (Path file : files(work)) {
      assertThat(text(file))
          .as(file.toString())
          .doesNotContain(cloud.secret())
          .doesNotContain(wrong);
    }
  }

  private void write(Path file, String wrong) throws IOException {
    Properties properties = new Properties();
    cloud.hadoop().forEach((key, value) -> properties.setProperty("hadoop." + key, value));
    cloud.besideHadoop().forEach((key, value) -> properties.setProperty("beside." + key, value));
    cloud.options().forEach((key, value) -> properties.setProperty("option." + key, value));
    cloud.options().forEach((key, value) -> properties.setProperty("wrong." + key, value));
    properties.setProperty("wrong." + cloud.secretOption(), wrong);
    try (Writer out = Files.newBufferedWriter(file)) {
      properties.store(out, null);
    }
  }

  @Test
  void anExecutorThatIsKilledInMidUploadLeavesNoneAndNothingIsLost() throws Exception {
    int count = 24;
    String uri = folder.hadoopUri() + "/";
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
      putMany.await("an upload is under way", this::isUploading);
      ProcessHandle executor = putMany.started("CoarseGrainedExecutorBackend").get(0);
      executor.destroyForcibly();
      executor.onExit().join();
      assertThat(objects()).as("objects when it died").isLessThan(count);
      assertThat(putMany.succeed()).contains("ExecutorLostFailure");
    }

    assertThat(folder.unfinished()).isEmpty();
    assertThat(objects()).isEqualTo(count);
    try (ChildProcess verify = cluster().start("io.s3dlio.spark.jobs.Verify", "--uri=" + uri)) {
      assertThat(verify.succeed()).containsPattern("proven +" + count);
    }
  }

  private SparkSubmit cluster() {
    Map<String, String> settings = new HashMap<>();
    cloud.hadoop().forEach((key, value) -> settings.put("spark.hadoop." + key, value));
    cloud
        .besideHadoop()
        .forEach((key, value) -> settings.put("spark.datasource.s3dlio." + key, value));
    return new SparkSubmit(temporary, SparkSubmit.CLUSTER, settings);
  }

  /** Where uploads are not told of, the first objects say that others are under way. */
  private boolean isUploading() {
    try {
      return !folder.unfinished().isEmpty() || objects() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long objects() throws IOException {
    return folder.names().stream().filter(name -> name.startsWith("sample_")).count();
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
