package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.s3dlio.spark.ForkedSpark;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTest {
  private static final long MIB = 1 << 20;
  private static final int FILES = 160;
  private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

  /** The JVM is to size itself by its limit, not by the flags of the tests' JVM. */
  private static final String INSIDE =
      "echo $$ > '%s/cgroup.procs' || exit 99; for a in \"$@\"; do shift;"
          + " case \"$a\" in -Xm*) ;; *) set -- \"$@\" \"$a\" ;; esac; done; exec \"$@\"";

  @Test
  void inAContainerTheBudgetAndTheSplitsShrinkAndTheReadStaysWithin(@TempDir Path dir)
      throws Exception {
    for (int i = 0; i < FILES; i++) {
      try (RandomAccessFile sparse = new RandomAccessFile(dir.resolve("o" + i).toFile(), "rw")) {
        sparse.setLength(8 * MIB);
      }
    }
    Path group = limitedGroup(2048 * MIB);
    try {
      ForkedSpark.Result result =
          ForkedSpark.run(INSIDE.formatted(group), ReadInContainer.class, dir.toString());

      assertThat(result.code()).describedAs(result.output()).isZero();
      // A quarter of the container is the heap and the limit on direct memory, half of that ours.
      assertThat(result.output())
          .contains("sum: " + FILES * 8 * MIB)
          .contains("\nbudget: " + 256 * MIB)
          .contains("\npool's budget: " + 256 * MIB)
          .contains("splits of 64mb");
      assertThat(number(result.output(), "peak: ")).isBetween(8 * MIB, 256 * MIB);
    } finally {
      Files.delete(group);
    }
  }

  private static long number(String output, String label) {
    return output
        .lines()
        .filter(line -> line.startsWith(label))
        .mapToLong(line -> Long.parseLong(line.substring(label.length())))
        .findFirst()
        .orElseThrow();
  }

  /** Makes a control group below this process's own; skips the test where that is not allowed. */
  private static Path limitedGroup(long bytes) throws IOException {
    List<String> own = Files.readAllLines(Path.of("/proc/self/cgroup"));
    for (String line : own) {
      String[] fields = line.split(":", 3);
      boolean unified = fields[1].isEmpty();
      if (unified || fields[1].equals("memory")) {
        Path parent = CONTROL_GROUPS.resolve(fields[1]).resolve(fields[2].substring(1));
        Path group = parent.resolve("s3dlio-test-" + ProcessHandle.current().pid());
        String limit = unified ? "memory.max" : "memory.limit_in_bytes";
        try {
          Files.createDirectory(group);
          try {
            Files.writeString(group.resolve(limit), String.valueOf(bytes));
            return group;
          } catch (IOException e) {
            Files.delete(group);
          }
        } catch (IOException e) {
          // Not writable, or not where such groups are: perhaps the next line's is.
        }
      }
    }
    return abort("ContainerTest needs a memory control group below its own: " + own);
  }
}
