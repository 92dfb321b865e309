package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.s3dlio.spark.ForkedSpark;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
  private static final String ON_A_SMALL_DISK =
      "exec unshare --map-root-user --mount sh -c"
          + " 'mount -t tmpfs -o size=20m tmpfs \"$SMALL_DISK\" && exec \"$@\"' sh \"$@\"";

  @Test
  void aDiskThatFillsUpFailsTheJobAndLeavesOnlyWholeObjects(@TempDir Path dir) throws Exception {
    String shell = "SMALL_DISK='" + dir + "'; export SMALL_DISK; " + ON_A_SMALL_DISK;

    ForkedSpark.Result result = ForkedSpark.run(shell, FullDisk.class, dir.toString());

    assumeTrue(
        !result.output().startsWith("unshare:"),
        "FullDiskTest needs user namespaces: " + result.output());
    assertThat(result.code()).describedAs(result.output()).isZero();
    List<String> lines = result.output().lines().toList();
    assertThat(lines)
        .anyMatch(
            line ->
                line.startsWith("the write failed: ") && line.contains("no space left on device"));
    assertThat(lines.stream().filter(line -> line.startsWith("left: ")))
        .describedAs("whole objects and nothing else")
        .isNotEmpty()
        .allMatch(line -> line.matches("left: object_[0-9]{8}\\.bin 1048576"));
  }
}
