package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Spark that knows the bundle and nothing else of ours. */
class BundleSparkIT {
  @TempDir static Path folder;

  private static Path data;
  private static SparkSubmit spark;

  @BeforeAll
  static void generate() throws Exception {
    data = folder.resolve("data");
    spark = new SparkSubmit(folder, SparkSubmit.LOCAL);
    try (ChildProcess putMany =
        spark.start(
            "io.s3dlio.spark.jobs.PutMany",
            "--uri=direct://" + data,
            "--count=20",
            "--size=1000001",
            "--object-type=random",
            "--name=sample_{:06d}.bin",
            "--seed=42",
            "--parallelism=4")) {
      putMany.succeed();
    }
  }

  @Test
  void verifiesWhatItGenerated() throws Exception {
    assertThat(Digests.ofFolder(data)).hasSize(20).containsKeys("sample_000000.bin");
    assertThat(Digests.ofFolder(data).values()).doesNotHaveDuplicates();
    try (ChildProcess verify = spark.start("io.s3dlio.spark.jobs.Verify", "--uri=file://" + data)) {
      verify.succeed();
    }
  }

  @ParameterizedTest
  @CsvSource({"file, pageCacheMode=dontneed, true", "direct, readMode=columnar, false"})
  void readsWhatItGenerated(String scheme, String option, boolean callsTheSystem) throws Exception {
    Path output = folder.resolve(scheme + ".txt");
    try (ChildProcess read =
        spark.start(DigestProgram.class, output.toString(), "-", scheme + "://" + data, option)) {
      String log = read.succeed();
      if (callsTheSystem) {
        assertThat(log).contains("JNA loaded: true");
      }
    }
    assertThat(Digests.ofProgram(output)).isEqualTo(Digests.ofFolder(data));
  }

  @Test
  void aFailedJobFailsItsProcess() throws IOException, InterruptedException {
    try (ChildProcess verify =
        spark.start("io.s3dlio.spark.jobs.Verify", "--uri=file://" + folder.resolve("none"))) {
      assertThat(verify.end(1)).contains(folder.resolve("none").toString());
    }
  }
}
