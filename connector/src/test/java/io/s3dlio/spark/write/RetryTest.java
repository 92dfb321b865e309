package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that fail and are tried again. */
class RetryTest {
  private final Path dir;

  RetryTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private Map<String, ByteBuffer> write(String what, String onExisting) throws Exception {
    ForkedSpark.Result result =
        ForkedSpark.run("exec \"$@\"", FailingWrites.class, what, dir.toString(), onExisting);

    assertThat(result.output()).contains("injected");
    assertThat(result.code()).describedAs(result.output()).isZero();
    assertThat(WrittenFiles.remains(dir)).isEmpty();
    assertThat(WrittenFiles.manifests(dir)).extracting(Manifest::count).containsExactly(40L);
    assertThat(WrittenFiles.names(dir).stream().filter(name -> name.contains("part-")))
        .describedAs("shards of attempts that failed are gone")
        .hasSize(4);
    return WrittenFiles.objects(dir);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip"})
  void generatedObjectsOfAnEarlierAttemptAreTheJobsOwn(String onExisting) throws Exception {
    Map<String, ByteBuffer> objects = write("synthetic", onExisting);

    assertThat(objects).hasSize(40);
    for (int i = 0; i < 40; i++) {
      assertThat(objects)
          .containsEntry(
              "object_%08d.bin".formatted(i),
              WrittenFiles.generated(0, i, 1024, ObjectType.RANDOM));
    }
  }

  @Test
  void contentComesOnceAndWhole() throws Exception {
    Map<String, ByteBuffer> objects = write("content", "error");

    assertThat(objects)
        .hasSize(40)
        .containsEntry("c17", ByteBuffer.wrap("17".getBytes(StandardCharsets.UTF_8)));
  }
}
