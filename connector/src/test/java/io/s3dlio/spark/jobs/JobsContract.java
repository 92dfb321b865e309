package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.CloudFolder;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.RuntimeConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The programs on every cloud's store, which they reach by the session's settings. */
abstract class JobsContract {
  private static final String PREFIX = "spark.datasource.s3dlio.";

  private final RuntimeConfig settings = LocalSpark.session().conf();
  private final Cloud cloud;
  private final CloudFolder folder;

  JobsContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
  }

  @BeforeEach
  void set() {
    cloud.options().forEach((name, value) -> settings.set(PREFIX + name, value));
  }

  @AfterEach
  void unset() {
    cloud.options().keySet().forEach(name -> settings.unset(PREFIX + name));
  }

  private RunJob.Result run(Job job, String... more) {
    RunJob.Result result =
        RunJob.run(
            job,
            Stream.concat(Stream.of("--uri=" + folder.uri()), Arrays.stream(more))
                .toArray(String[]::new));
    assertThat(result.out() + result.err()).doesNotContain(cloud.secret());
    return result;
  }

  @Test
  void whatPutManyWritesIsProvenByVerifyWhichFindsWhatIsNot() throws IOException {
    RunJob.Result put =
        run(
            new PutMany(),
            "--count=12",
            "--size=uniform(100k,6mb)",
            "--name=x/{:03d}.bin",
            "--seed=-7",
            "--part-size=5mb",
            "--parallelism=3");

    assertThat(put.err()).isEmpty();
    assertThat(put.code()).isZero();
    assertThat(put.out()).contains("objects   12\n");
    assertThat(folder.visible()).hasSize(12);
    assertThat(run(new Verify()).out())
        .contains("proven    12\n", "missing   0\n", "wrong     0\n", "unnamed   0 objects");

    byte[] damaged = folder.get("x/003.bin");
    damaged[1000] ^= 1;
    folder.put("x/003.bin", damaged);
    folder.delete("x/007.bin");
    folder.put("stray", "x");
    RunJob.Result verify = run(new Verify());

    assertThat(verify.code()).isEqualTo(1);
    assertThat(verify.out())
        .contains(folder.uri() + "/x/003.bin differs from byte 1000 on\n")
        .contains("proven    10\n", "missing   1\n", "wrong     1\n", "unnamed   1 objects");
  }

  @Test
  void theBytesDoNotDependOnTheStore() throws IOException {
    assertThat(run(new PutMany(), "--count=3", "--size=300k", "--name=n{}", "--seed=5").code())
        .isZero();

    assertThat(ByteBuffer.wrap(folder.get("n2")))
        .isEqualTo(WrittenFiles.generated(5, 2, 300 << 10, ObjectType.RANDOM));
  }

  @Test
  void anotherJobsObjectsAreNotReplacedUnlessAskedFor() throws IOException {
    String[] arguments = {"--count=3", "--size=10k", "--name=n{}", "--seed=5"};
    folder.put("n1", "mine");

    RunJob.Result refused = run(new PutMany(), arguments);
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("n1").contains("exists");
    assertThat(folder.text("n1")).isEqualTo("mine");

    RunJob.Result asked =
        run(
            new PutMany(),
            Stream.concat(Arrays.stream(arguments), Stream.of("--on-existing=overwrite"))
                .toArray(String[]::new));
    assertThat(asked.code()).isZero();
    assertThat(folder.get("n1")).hasSize(10 << 10);
  }
}
