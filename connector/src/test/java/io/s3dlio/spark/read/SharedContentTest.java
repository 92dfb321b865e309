package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.config.SharedMemory;
import io.s3dlio.storage.buffer.SegmentPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.function.ForeachFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content that rows refer to, in memory that other processes map. */
class SharedContentTest {
  private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

  private final Path folder;

  SharedContentTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void nothingIsHeld() throws IOException {
    ReadFixture.awaitMemoryBack();
    SegmentPool pool = SharedMemory.ofThisJvm().orElseThrow();
    ReadFixture.await(() -> pool.stats().leases() == 0, "no lease of shared memory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void isWhereTheReferenceSaysAsLongAsItsTaskRuns(String mode) throws IOException {
    List<String> expected = new ArrayList<>();
    for (int size : new int[] {0, 1, 4095, 4096, 100_000, 3 << 20}) {
      expected.add(References.expected(ReadFixture.file(folder, "f" + size, size)));
    }

    List<String> read = References.read(objects(mode));

    assertThat(read)
        .extracting(line -> line.substring(0, line.lastIndexOf(' ') + 1))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(read)
        .extracting(line -> Path.of(line.substring(line.lastIndexOf(' ') + 1)))
        .allSatisfy(segment -> assertThat(segment).startsWith(pool().folder()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void isStaleOnceItsTaskHasEnded(String mode) throws IOException {
    ReadFixture.file(folder, "a", 1000);
    Row reference = objects(mode).select("_content_ref").first().getStruct(0);

    assertThatException().isThrownBy(() -> References.content(reference)).withMessage("stale: 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void isNotUsedAgainAfterATaskThatFailed(String mode) throws IOException {
    ReadFixture.file(folder, "a", 1000);
    SEEN.clear();

    assertThatException()
        .isThrownBy(
            () ->
                objects(mode)
                    .select("_content_ref")
                    .foreach(
                        (ForeachFunction<Row>)
                            row -> {
                              SEEN.add(References.segment(row.getStruct(0)));
                              throw new IllegalStateException("on purpose");
                            }))
        .withStackTraceContaining("on purpose");

    assertThat(SEEN).isNotEmpty().allSatisfy(file -> assertThat(Path.of(file)).doesNotExist());
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void goesBesideContentItself(String mode) throws IOException {
    ReadFixture.file(folder, "a", 100_000);
    Dataset<Row> both = objects(mode).select("content", "_content_ref");

    long equal =
        both.filter(
                (org.apache.spark.api.java.function.FilterFunction<Row>)
                    row ->
                        References.content(row.getStruct(1))
                            .equals(java.nio.ByteBuffer.wrap((byte[]) row.get(0))))
            .count();

    assertThat(equal).isEqualTo(1);
  }

  /** As in a container, whose shared memory has 64 MiB unless told otherwise. */
  @Test
  void travelsInlineWhereTheFileSystemIsFull(@TempDir Path small) throws Exception {
    files(8, 4 << 20);

    assertThat(onTmpfs("size=10m", small.toString(), small.toString()))
        .contains("wrong: 0", "inline: 6, shared: 2", "inlineBatches: 6")
        .containsOnlyOnce("Content by reference travels inline where shared memory is short");
  }

  /** As in a container whose root file system, and all below it, is read-only. */
  @Test
  void travelsInlineWhereTheDefaultPlaceCannotBeWrittenTo() throws Exception {
    files(3, 100_000);

    assertThat(onTmpfs("ro", "/dev/shm", ""))
        .contains("wrong: 0", "inline: 3, shared: 0", "Read-only file system")
        .containsOnlyOnce("Content by reference travels inline")
        .contains("/dev/shm cannot be used. Set spark.s3dlio.sharedMemoryDir to share memory");
  }

  @Test
  void aPlaceOfOnesOwnThatCannotBeWrittenToIsAnError(@TempDir Path other) throws Exception {
    files(1, 1000);

    ForkedSpark.Result result = run("ro", other.toString(), other.toString());

    assertThat(result.code()).isNotZero();
    assertThat(result.output())
        .contains("Cannot use spark.s3dlio.sharedMemoryDir=" + other, "Read-only file system");
  }

  @Test
  void travelsInlineBeyondTheBudgetAndLeavesNothingBehind(@TempDir Path shared) throws Exception {
    files(8, 4 << 20);

    ForkedSpark.Result result =
        ForkedSpark.run(
            "exec \"$@\"", SharedContent.class, folder.toString(), shared.toString(), "12mb");

    assertThat(result.code()).describedAs(result.output()).isZero();
    assertThat(result.output())
        .contains("wrong: 0", "inline: 5, shared: 3", "inlineBatches: 5")
        .containsOnlyOnce("Content by reference travels inline where shared memory is short");
    assertThat(shared).isEmptyDirectory();
  }

  private String onTmpfs(String options, String place, String shared) throws Exception {
    ForkedSpark.Result result = run(options, place, shared);
    assertThat(result.code()).describedAs(result.output()).isZero();
    return result.output();
  }

  /** Reads the files in a namespace where a place is a tmpfs of its own. */
  private ForkedSpark.Result run(String options, String place, String shared) throws Exception {
    String shell =
        "exec unshare --map-root-user --mount sh -c 'mount -t tmpfs -o %s tmpfs \"%s\" && exec \"$@\"' sh \"$@\""
            .formatted(options, place);
    ForkedSpark.Result result =
        ForkedSpark.run(shell, SharedContent.class, folder.toString(), shared, "1gb");
    assumeTrue(
        !result.output().startsWith("unshare:"),
        "SharedContentTest needs user namespaces: " + result.output());
    return result;
  }

  private void files(int count, int size) throws IOException {
    for (int i = 0; i < count; i++) {
      ReadFixture.file(folder, "f" + i, size);
    }
  }

  private Dataset<Row> objects(String mode) {
    return ReadFixture.s3dlio(mode).option("directFallback", true).load("direct://" + folder);
  }

  private static SegmentPool pool() {
    try {
      return SharedMemory.ofThisJvm().orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
