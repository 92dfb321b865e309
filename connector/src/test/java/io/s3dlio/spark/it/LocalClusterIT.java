package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in processes of their own, one of which dies in mid work. */
class LocalClusterIT {
  private static final int COUNT = 300;
  private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

  private static final String RANDOM = "--object-type=random --size=1mb";

  @TempDir static Path folder;

  private static Path expected;

  @BeforeAll
  static void generate() throws Exception {
    expected = folder.resolve("expected");
    generateInOneProcess(expected, RANDOM);
  }

  private static void generateInOneProcess(Path data, String what) throws Exception {
    try (ChildProcess putMany = putMany(SparkSubmit.LOCAL, data, 1, what)) {
      putMany.succeed();
    }
    assertThat(Digests.ofFolder(data)).hasSize(COUNT);
  }

  @Test
  void aWriteSurvivesAKilledExecutor() throws Exception {
    surviveAKilledExecutor(folder.resolve("data"), expected, RANDOM);
  }

  @Test
  void aWriteOfCompressedFilesOfManySizesDoesToo() throws Exception {
    String what =
        "--object-type=npz --records-per-object=3 --compression=deflate --compress=2"
            + " --size=uniform(400k,1600k)";
    Path alone = folder.resolve("alone");
    generateInOneProcess(alone, what);
    surviveAKilledExecutor(folder.resolve("files"), alone, what);
  }

  private static void surviveAKilledExecutor(Path data, Path expected, String what)
      throws Exception {
    try (ChildProcess putMany = putMany(SparkSubmit.CLUSTER, data, 4, what)) {
      putMany.await("some objects are written", () -> objects(data) >= COUNT / 10);
      kill(putMany.started(EXECUTOR).get(0));
      assertThat(objects(data)).as("objects when the executor died").isLessThan(COUNT);
      assertThat(putMany.succeed()).contains("ExecutorLostFailure");
    }

    assertThat(Digests.ofFolder(data)).isEqualTo(Digests.ofFolder(expected));
    assertThat(Digests.files(data))
        .contains("_SUCCESS")
        .allMatch(
            file ->
                file.matches(
                    "sample_\\d{6}\\.bin|_SUCCESS|_s3dlio/[^/]+/(manifest\\.json|part-[0-9-]+\\.csv\\.gz)"));
    try (ChildProcess verify =
        new SparkSubmit(folder, SparkSubmit.CLUSTER)
            .start("io.s3dlio.spark.jobs.Verify", "--uri=file://" + data)) {
      verify.succeed();
    }
  }

  @Test
  void aReadSurvivesAKilledExecutor() throws Exception {
    Path output = folder.resolve("digests.txt");
    Path gate = Files.createDirectory(folder.resolve("gate"));
    SparkSubmit spark =
        new SparkSubmit(
            folder,
            SparkSubmit.CLUSTER,
            Map.of("spark.datasource.s3dlio.maxPartitionBytes", "16mb"));
    try (ChildProcess read =
        spark.start(
            DigestProgram.class, output.toString(), gate.toString(), "file://" + expected)) {
      read.await("a task has content", () -> !arrived(gate).isEmpty());
      kill(ProcessHandle.of(arrived(gate).get(0)).orElseThrow());
      Files.createFile(gate.resolve("go"));
      assertThat(read.succeed()).contains("ExecutorLostFailure");
    }

    assertThat(Digests.ofProgram(output)).isEqualTo(Digests.ofFolder(expected));
  }

  private static ChildProcess putMany(String master, Path data, int parallelism, String what)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--uri=file://" + data,
                "--count=" + COUNT,
                "--name=sample_{:06d}.bin",
                "--seed=7",
                "--parallelism=" + parallelism));
    arguments.addAll(List.of(what.split(" ")));
    return new SparkSubmit(folder, master)
        .start("io.s3dlio.spark.jobs.PutMany", arguments.toArray(String[]::new));
  }

  private static void kill(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().join();
  }

  private static List<Long> arrived(Path gate) {
    return names(gate).filter(name -> name.matches("\\d+")).map(Long::valueOf).toList();
  }

  private static long objects(Path data) {
    return names(data).filter(name -> name.startsWith("sample_")).count();
  }

  private static Stream<String> names(Path folder) {
    String[] names = folder.toFile().list();
    return Optional.ofNullable(names).stream().flatMap(Stream::of);
  }
}
