package io.s3dlio.spark.write;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.checkpoint.Checkpoint;
import io.s3dlio.storage.checkpoint.CheckpointReader;
import io.s3dlio.storage.manifest.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that fail late and are tried again. */
class RetryTest {
  private static Path dir = Path.of("");

  @BeforeAll
  static void write(@TempDir Path temp) throws Exception {
    dir = temp;
    ForkedSpark.Result result = ForkedSpark.run("exec \"$@\"", FailingWrites.class, dir.toString());

    assertThat(result.output()).contains("injected");
    assertThat(result.code()).describedAs(result.output()).isZero();
  }

  private static Map<String, ByteBuffer> objects(Path target) throws IOException {
    assertThat(WrittenFiles.remains(target)).isEmpty();
    assertThat(WrittenFiles.manifests(target)).extracting(Manifest::count).containsExactly(40L);
    assertThat(WrittenFiles.names(target).stream().filter(name -> name.contains("part-")))
        .describedAs("shards of attempts that failed are gone")
        .hasSize(4);
    return WrittenFiles.objects(target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip"})
  void generatedObjectsOfAnEarlierAttemptAreTheJobsOwn(String target) throws IOException {
    Map<String, ByteBuffer> objects = objects(dir.resolve(target));

    assertThat(objects).hasSize(40);
    for (int i = 0; i < 40; i++) {
      assertThat(objects)
          .containsEntry(
              "object_%08d.bin".formatted(i),
              WrittenFiles.generated(0, i, 1024, ObjectType.RANDOM));
    }
  }

  @Test
  void contentComesOnceAndWhole() throws IOException {
    assertThat(objects(dir.resolve("content")))
        .hasSize(40)
        .containsEntry("c17", ByteBuffer.wrap("17".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void encodedRowsComeOnce() throws IOException {
    Path target = dir.resolve("encoded");

    assertThat(WrittenFiles.remains(target)).isEmpty();
    // Four tasks of ten rows each, three rows a file; a row is a record of 31 bytes.
    assertThat(WrittenFiles.objects(target).values())
        .extracting(ByteBuffer::remaining)
        .filteredOn(size -> size == 93)
        .hasSize(12);
    assertThat(WrittenFiles.objects(target).values())
        .extracting(ByteBuffer::remaining)
        .filteredOn(size -> size == 31)
        .hasSize(4);
    assertThat(WrittenFiles.manifests(target)).extracting(Manifest::count).containsExactly(16L);
  }

  @Test
  void statesOfACheckpointComeOnceAndOfOneAttemptEach() throws IOException {
    Path target = dir.resolve("checkpoint");
    try (ObjectStore store = ObjectStores.forUri(target.toString())) {
      Checkpoint checkpoint =
          CheckpointReader.open(store, target.toString()).latest().orElseThrow();

      assertThat(checkpoint.manifest().states()).hasSize(40);
      assertThat(UTF_8.decode(checkpoint.loadState("s17")).toString()).isEqualTo("17");
    }
    assertThat(WrittenFiles.remains(target)).isEmpty();
    assertThat(WrittenFiles.names(target).stream().filter(name -> name.startsWith("data/")))
        .describedAs("states of attempts that failed are gone")
        .hasSize(40);
  }
}
