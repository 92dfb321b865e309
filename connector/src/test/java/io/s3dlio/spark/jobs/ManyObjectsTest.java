package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

@Tag("long")
class ManyObjectsTest {
  private static final long COUNT = 1_000_000;
  private static final long SIZE = 1024;

  /** What they take in memory, where a small file takes a page. */
  private static final long SPACE = COUNT * 6 * 1024;

  /** Memory, if there is enough of it: a million syncs take a disk long. */
  static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      Path memory = Path.of("/dev/shm");
      boolean fits =
          Files.isWritable(memory) && Files.getFileStore(memory).getUsableSpace() > SPACE;
      return fits
          ? Files.createTempDirectory(memory, "s3dlio-many")
          : Files.createTempDirectory("s3dlio-many");
    }
  }

  @Test
  void aMillionObjectsArePutCountedAndProvenInASmallHeap(
      @TempDir(factory = InMemory.class) Path dir) throws Exception {
    ForkedSpark.Result result =
        ForkedSpark.runInHeap(
            "1g", ManyObjects.class, dir.toString(), String.valueOf(COUNT), String.valueOf(SIZE));
    System.out.println(result.output());

    assertThat(result.code()).describedAs(result.output()).isZero();
    List<String> lines = result.output().lines().toList();
    assertThat(lines).anyMatch(line -> line.startsWith("put ended with 0,"));
    assertThat(lines).anyMatch(line -> line.startsWith("verify ended with 0,"));
    assertThat(lines)
        .anyMatch(
            line ->
                line.startsWith(
                    "listed %d objects, %d bytes, %d paths".formatted(COUNT, COUNT * SIZE, COUNT)));
    assertThat(lines)
        .contains("objects   " + COUNT, "bytes     " + COUNT * SIZE, "proven    " + COUNT)
        .contains("missing   0", "wrong     0", "unnamed   0 objects that no manifest names")
        .anyMatch(line -> line.matches("[0-9]+ of %d objects, .* s left".formatted(COUNT)));
    assertThat(WrittenFiles.manifests(dir))
        .singleElement()
        .satisfies(manifest -> assertThat(manifest.count()).isEqualTo(COUNT))
        .satisfies(manifest -> assertThat(manifest.shards()).hasSize(8))
        .satisfies(
            manifest ->
                assertThat(manifest.shards().stream().mapToLong(Manifest.Shard::count).sum())
                    .isEqualTo(COUNT));
  }
}
