package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.s3dlio.spark.ForkedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnreadableFileTest {
  /** Takes from root, who may run the tests, the right to pass permissions over. */
  private static final String WITHOUT_PRIVILEGES =
      "[ \"$(id -u)\" = 0 ] || exec \"$@\"; exec setpriv"
          + " --bounding-set=-dac_override,-dac_read_search"
          + " --inh-caps=-dac_override,-dac_read_search \"$@\"";

  @Test
  void aFileThatMayNotBeReadFailsTheJobAndIsNamedWhateverIsMissing(@TempDir Path dir)
      throws Exception {
    Path data = Files.createDirectory(dir.resolve("data"));
    Path closed = Files.createDirectory(dir.resolve("closed"));
    for (int i = 0; i < 3; i++) {
      ReadFixture.file(data, "f" + i, 1000);
    }
    Files.setPosixFilePermissions(data.resolve("f1"), PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    ForkedSpark.Result result;
    try {
      result =
          ForkedSpark.run(WITHOUT_PRIVILEGES, Unreadable.class, data.toString(), closed.toString());
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }

    assumeTrue(
        !result.output().contains("setpriv:"),
        "UnreadableFileTest needs setpriv where root runs it: " + result.output());
    assertThat(result.code()).describedAs(result.output()).isZero();
    String denied =
        "io.s3dlio.storage.AccessDeniedException: Cannot %s file://%s: permission denied. Check";
    List<String> lines = result.output().lines().toList();
    for (String mode : List.of("columnar", "rows")) {
      assertThat(lines).contains(mode + " listed: 3");
      assertThat(lines)
          .anyMatch(
              line ->
                  line.startsWith(mode + " read: " + denied.formatted("read", data.resolve("f1"))));
    }
    assertThat(lines)
        .anyMatch(line -> line.startsWith("list: " + denied.formatted("list", closed + "/")));
  }
}
