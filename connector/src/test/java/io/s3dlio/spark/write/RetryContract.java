package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.CloudFolder;
import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.WrittenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks on a cloud's store that fail late and are tried again: what is written comes once. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class RetryContract {
  private final Cloud cloud;
  private final CloudFolder folder;

  RetryContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
  }

  @BeforeAll
  void write() throws Exception {
    Stream<String> options =
        cloud.options().entrySet().stream().map(each -> each.getKey() + "=" + each.getValue());
    ForkedSpark.Result result =
        ForkedSpark.run(
            "exec \"$@\"",
            FailingWrites.class,
            Stream.concat(Stream.of(folder.uri()), options).toArray(String[]::new));

    assertThat(result.output()).contains("injected").doesNotContain(cloud.secret());
    assertThat(result.code()).describedAs(result.output()).isZero();
  }

  /** Names below a target, but those of its manifest. */
  private List<String> names(String target) throws IOException {
    CloudFolder below = new CloudFolder(cloud, folder.container(), folder.prefix() + "/" + target);
    List<String> names = below.names();
    assertThat(below.unfinished()).isEmpty();
    assertThat(names).contains("_SUCCESS");
    assertThat(names)
        .as("shards of attempts that failed are gone")
        .filteredOn(name -> name.matches("_s3dlio/.*/part-.*"))
        .hasSize(4);
    return names.stream().filter(name -> !name.matches("_SUCCESS|_s3dlio/.*")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip"})
  void generatedObjectsOfAnEarlierAttemptAreTheJobsOwn(String target) throws IOException {
    assertThat(names(target)).hasSize(40);
    for (int i = 0; i < 40; i += 13) {
      assertThat(ByteBuffer.wrap(folder.get(target + "/object_%08d.bin".formatted(i))))
          .isEqualTo(WrittenFiles.generated(0, i, 1024, ObjectType.RANDOM));
    }
  }

  @Test
  void contentComesOnceAndWhole() throws IOException {
    assertThat(names("content")).hasSize(40);
    assertThat(folder.text("content/c17")).isEqualTo("17");
  }

  /** Four tasks of ten rows each, three rows a file. */
  @Test
  void encodedRowsComeOnce() throws IOException {
    assertThat(names("encoded")).hasSize(16);
  }

  @Test
  void statesOfACheckpointAreOfOneAttemptEach() throws IOException {
    assertThat(folder.names())
        .as("states of attempts that failed are gone")
        .filteredOn(name -> name.startsWith("checkpoint/data/"))
        .hasSize(40);
  }
}
