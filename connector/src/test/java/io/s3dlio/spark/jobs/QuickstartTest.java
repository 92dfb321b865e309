package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
  @Test
  void generatesReadsAndProvesAndCleansUp(@TempDir Path dir) {
    RunJob.Result result = RunJob.run(new Quickstart(), "--directory=" + dir);

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out().lines().skip(1))
        .extracting(
            line -> line.replaceAll(" +[0-9.]+ +[0-9.]+ +[0-9.]+$", "").replaceAll(" +", " "))
        .containsExactly(
            "generated 64 x 8mb 536870912",
            "read 64 x 8mb 536870912",
            "proven 64 x 8mb 536870912",
            "generated 1000 x 100k 102400000",
            "read 1000 x 100k 102400000",
            "proven 1000 x 100k 102400000");
    assertThat(dir).isEmptyDirectory();
  }
}
