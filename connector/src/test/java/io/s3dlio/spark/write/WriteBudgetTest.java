package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.ForkedSpark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteBudgetTest {
  @Test
  void aJvmThatOnlyWritesHasTheBudgetThatIsSet(@TempDir Path dir) throws Exception {
    ForkedSpark.Result result =
        ForkedSpark.run("exec \"$@\"", WriteBudget.class, dir.resolve("set").toUri().getPath());

    assertThat(result.code()).describedAs(result.output()).isZero();
    assertThat(result.output()).contains("budget " + (48 << 20));
  }
}
