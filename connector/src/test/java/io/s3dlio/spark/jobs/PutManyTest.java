package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.format.ElementType;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PutManyTest {
  private final Path dir;

  PutManyTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private RunJob.Result put(String... more) {
    String[] args = new String[2 + more.length];
    args[0] = "--uri";
    args[1] = dir.toString();
    System.arraycopy(more, 0, args, 2, more.length);
    return RunJob.run(new PutMany(), args);
  }

  @Test
  void generatesWhatIsAskedForAndSaysWhatItCameTo() throws IOException {
    RunJob.Result result =
        put(
            "--count=12",
            "--size=3k",
            "--name=x_{:03d}_of_{count}.bin",
            "--seed=-7",
            "--parallelism=5",
            "--max-concurrency=2",
            "--part-size=64k");

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(WrittenFiles.objects(dir))
        .hasSize(12)
        .containsEntry(
            "x_011_of_12.bin", WrittenFiles.generated(-7, 11, 3 << 10, ObjectType.RANDOM));
    Manifest manifest = WrittenFiles.manifests(dir).get(0);
    assertThat(manifest.shards()).hasSize(5);
    assertThat(result.out())
        .contains("objects   12\n", "bytes     36864\n", "seconds ", "GB/s ", "CPU-s/GB ")
        .contains("manifest  file://" + dir + "/_s3dlio/" + manifest.jobId() + "/\n");
  }

  @Test
  void defaultsAreThoseOfTheOptions() throws IOException {
    assertThat(put("--count=1", "--size=10", "--object-type=zeros").code()).isZero();

    assertThat(WrittenFiles.objects(dir))
        .containsEntry("object_00000000.bin", ByteBuffer.allocate(10));
  }

  @Test
  void oneObjectMayHaveAPlainName() throws IOException {
    assertThat(put("--count=1", "--size=10", "--name=one").code()).isZero();

    assertThat(WrittenFiles.objects(dir)).containsOnlyKeys("one");
  }

  @Test
  void noObjectsAreFine() throws IOException {
    assertThat(put("--count=0", "--size=10").code()).isZero();

    assertThat(WrittenFiles.names(dir)).contains("_SUCCESS");
  }

  @Test
  void theShapeSaysTheSize() throws IOException {
    assertThat(
            put("--count=2", "--object-type=npz", "--dtype=float16", "--shape=5,7", "--name={}")
                .code())
        .isZero();

    Payload payload = Payload.DEFAULT.withArray(ElementType.FLOAT16, List.of(5L, 7L));
    assertThat(WrittenFiles.objects(dir))
        .containsEntry("1", WrittenFiles.generated(0, 1, 557, ObjectType.NPZ, payload));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--count=-1 --size=1 | Invalid count: -1 (must be >= 0)",
        "--count=2 --size=-1 | Invalid objectSize: '-1'",
        "--count=2 --size=big | Invalid objectSize: 'big'",
        "--count=2 --size=uniform(4mb) | Invalid objectSize: 'uniform(4mb)' (must be a size such as"
            + " 8mb, uniform(min,max) such as uniform(1mb,4mb), lognormal(mean,deviation) or",
        "--count=2 --size=uniform(4mb,1mb) | (Invalid bounds: 4194304 to 1048576 (must be >= 0, the",
        "--count=2 --size=1 --name=plain | Invalid name template: 'plain'",
        "--count=2 --size=1 --name=../{} | Invalid name template: '../{}'",
        "--count=2 --size=1 --object-type=npc | Invalid objectType: 'npc'",
        "--count=2 --size=1 --dedupe=0.5 | Invalid dedupe: '0.5' (must be from 1 to 100)",
        "--count=2 --size=1 --compress=two | Invalid compress: 'two' (must be a number such as 2",
        "--count=2 --size=1 --dtype=float8 | Invalid dtype: 'float8' (must be one of uint8, uint16,",
        "--count=2 --shape=224,,3 | Invalid shape: '224,,3' (must be lengths >= 1 such as 224,224,3)",
        "--count=2 --size=1 --seed=x | Invalid seed: 'x'",
        "--count=2 --size=1 --on-existing=no | Invalid onExisting: 'no'",
        "--count=2 --size=1 --parallelism=0 | Invalid parallelism: 0",
        "--count=2 --size=1 --part-size=1 | Invalid partSize: '1'",
        "--count=2 --size=1 --max-concurrency=0 | Invalid maxConcurrency: '0'",
        "--count=many --size=1 | Invalid value for option '--count'",
        "--size=1 | Missing required option: '--count",
        "--count=1 | Missing required option: '--size",
        "--count=1 --size=1 --colour=red | Unknown option: '--colour=red'",
        "--count=1 --size=1 --layout=tree | Invalid layout: 'tree'",
        "--count=1 --size=1 --num-files-train=1 | Invalid option: 'numFilesTrain' (it belongs",
        "--size=9k --object-type=npz --layout=dlio | Invalid layout: 'dlio' (it needs",
        "--size=9k --layout=dlio --num-files-train=2 | Invalid objectType: 'random' (DLIO",
      })
  void wrongUsageExitsWith2AndSaysWhatIsWrong(String args, String message) throws IOException {
    RunJob.Result result = put(args.split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(message);
    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  @Test
  void oneJobMakesADataSetForDlio() throws IOException {
    RunJob.Result result =
        put(
            "--layout=dlio",
            "--num-files-train=12",
            "--num-files-eval=3",
            "--num-subfolders-train=4",
            "--num-subfolders-eval=3",
            "--file-prefix=pic",
            "--object-type=tfrecord",
            "--records-per-object=5",
            "--size=3k",
            "--tfrecord-index");

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("objects   30\n").doesNotContain("left");
    assertThat(WrittenFiles.objects(dir))
        .hasSize(30)
        .containsKeys(
            "train/3/pic_11_of_12.tfrecord",
            "valid/2/pic_2_of_3.tfrecord",
            "index/train/pic_11_of_12.tfrecord.idx",
            "index/valid/pic_2_of_3.tfrecord.idx");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--count=2 --layout=dlio --num-files-train=2 --object-type=npz --size=9k | Invalid option:"
            + " 'objectCount'",
        "--name={} --layout=dlio --num-files-train=2 --object-type=npz --size=9k | Invalid option:"
            + " 'objectName'",
      })
  void whatDlioDecidesIsNotGiven(String args, String message) throws IOException {
    RunJob.Result result = put(args.split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(message);
    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  @Test
  void aBadUriIsWrongUsage() {
    RunJob.Result result = RunJob.run(new PutMany(), "--uri=ftp://host/x", "--count=1", "--size=1");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("unknown scheme 'ftp'");
  }

  @Test
  void aFailureExitsWith1AndAMessageWithoutAStackTrace() throws IOException {
    Files.writeString(dir.resolve("object_00000000.bin"), "mine");

    RunJob.Result result = put("--count=1", "--size=10");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("PutMany failed: Cannot put file://")
        .contains("object_00000000.bin")
        .doesNotContain("\tat ");
  }

  @Test
  void verbosePrintsTheStackTrace() throws IOException {
    Files.writeString(dir.resolve("object_00000000.bin"), "mine");

    assertThat(put("--count=1", "--size=10", "--verbose").err()).contains("\tat ");
  }

  @Test
  void skipTellsHowManyWereLeft() throws IOException {
    Files.writeString(dir.resolve("object_00000000.bin"), "mine");

    RunJob.Result result = put("--count=3", "--size=10", "--on-existing=skip");

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("objects   2\n", "left      1 other objects");
  }

  @Test
  void helpIsHelp() {
    RunJob.Result result = RunJob.run(new PutMany(), "--help");

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("--max-concurrency", "Usage: PutMany");
  }
}
