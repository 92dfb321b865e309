package io.s3dlio.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.format.ElementType;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyTest {
  private final Path dir;

  VerifyTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private void put(int count, String size, String... more) {
    String[] args = new String[3 + more.length];
    args[0] = "--uri=" + dir;
    args[1] = "--count=" + count;
    args[2] = "--size=" + size;
    System.arraycopy(more, 0, args, 3, more.length);
    assertThat(RunJob.run(new PutMany(), args).err()).isEmpty();
  }

  private void putContent(String name, String hex) {
    LocalSpark.session()
        .sql("select '%s' name, X'%s' content".formatted(name, hex))
        .write()
        .format("s3dlio")
        .mode("append")
        .option("onExisting", "overwrite")
        .save(dir.toString());
  }

  private RunJob.Result verify(String... args) {
    String[] all = new String[1 + args.length];
    all[0] = "--uri=" + dir;
    System.arraycopy(args, 0, all, 1, args.length);
    return RunJob.run(new Verify(), all);
  }

  private void flip(String name, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(dir.resolve(name).toFile(), "rw")) {
      file.seek(at);
      int value = file.read();
      file.seek(at);
      file.write(value ^ 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16})
  void everyObjectIsProvenAtAnyParallelism(int parallelism) {
    put(20, "300k", "--parallelism=2", "--seed=9");

    RunJob.Result result = verify("--parallelism=" + parallelism);

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains(
            "proven    20\n",
            "bytes     6144000\n",
            "missing   0\n",
            "wrong     0\n",
            "unnamed   0 objects");
  }

  @Test
  void indexesAreProvenAndDamageInThemIsFound() throws IOException {
    put(
        4,
        "3k",
        "--object-type=tfrecord",
        "--records-per-object=5",
        "--name={}",
        "--tfrecord-index");

    assertThat(verify().out()).contains("proven    8\n", "unnamed   0 objects");
    flip("2.idx", 7);
    RunJob.Result result = verify();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("2.idx differs from byte 7 on\n", "proven    7\n", "wrong     1\n");
  }

  @ParameterizedTest
  @CsvSource({"npz, deflate", "tfrecord, gzip", "tfrecord, zlib", "hdf5, gzip"})
  void compressedObjectsAreMadeAgain(String type, String compression) throws IOException {
    put(4, "1100k", "--object-type=" + type, "--compression=" + compression, "--name={}");

    assertThat(verify().out()).contains("proven    4\n", "wrong     0\n", "unnamed   0 objects");
    flip("2", 1_100_000);
    assertThat(verify().out())
        .contains("2 differs from byte 1100000 on\n", "proven    3\n", "wrong     1\n");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 262_144, 307_199})
  void aFlippedBitIsFoundWhereItIs(long at) throws IOException {
    put(3, "300k");
    flip("object_00000001.bin", at);

    RunJob.Result result = verify();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("file://" + dir + "/object_00000001.bin differs from byte " + at + " on\n")
        .contains("proven    2\n", "wrong     1\n", "missing   0\n");
  }

  @Test
  void aFlippedBitInZerosIsFound() throws IOException {
    put(1, "5mb", "--object-type=zeros");
    flip("object_00000000.bin", 5_000_000);

    assertThat(verify().out()).contains("differs from byte 5000000 on");
  }

  @ParameterizedTest
  @EnumSource
  void objectsOfEveryTypeAreProvenAndAFlippedBitInThemIsFound(ObjectType type) throws IOException {
    put(3, "300001", "--object-type=" + type, "--seed=9");

    assertThat(verify().out()).contains("proven    3\n", "wrong     0\n");

    flip("object_00000002.bin", 200_000);
    assertThat(verify().out())
        .contains("proven    2\n", "object_00000002.bin differs from byte 200000 on\n");
  }

  @Test
  void theSizesAreTakenFromTheManifest() throws IOException {
    put(9, "uniform(10k,90k)", "--parallelism=3", "--name=u_{}", "--object-type=npz");
    put(9, "lognormal(50k,20k,10k,90k)", "--name=l_{}");

    assertThat(verify().out()).contains("proven    18\n", "wrong     0\n");
    assertThat(WrittenFiles.objects(dir).values().stream().map(Buffer::remaining).distinct())
        .hasSize(18)
        .allMatch(size -> size >= 10 << 10 && size <= 90 << 10);
  }

  @Test
  void theFactorsAreTakenFromTheJob() throws IOException {
    put(3, "100k", "--dedupe=2", "--compress=1.5", "--name=both_{}");
    put(3, "100k", "--compress=3", "--object-type=npz", "--name=npz_{}");
    put(3, "100k", "--name=plain_{}");

    assertThat(verify().out()).contains("proven    9\n", "wrong     0\n");

    flip("both_1", 100_000);
    assertThat(verify().out()).contains("both_1 differs from byte 100000 on\n");
  }

  @Test
  void elementsAndShapesAreTakenFromTheJob() {
    for (String type : new String[] {"npz", "npy", "hdf5"}) {
      for (ElementType elements : ElementType.values()) {
        String name = "--name=%s-%s-".formatted(type, elements);
        put(2, "9999", "--object-type=" + type, "--dtype=" + elements, name + "a{}");
      }
    }
    putShape("--object-type=npz", "--dtype=float32", "--shape=24,24,3", "--records-per-object=2");

    assertThat(verify().out()).contains("manifests 43\n", "proven    86\n", "wrong     0\n");
  }

  private void putShape(String... more) {
    String[] args = Arrays.copyOf(more, more.length + 3);
    args[more.length] = "--uri=" + dir;
    args[more.length + 1] = "--count=2";
    args[more.length + 2] = "--name=shape-{}";
    assertThat(RunJob.run(new PutMany(), args).err()).isEmpty();
  }

  /** Every type there is in one job, each with a size of its own, or the one of its shape. */
  @Test
  void typesThatRowsNameAreProven() throws IOException {
    LocalSpark.session()
        .sql(
            "select id, array('random', 'zeros', 'tfrecord', 'npz', 'npy', 'hdf5')[int(id % 6)]"
                + " object_type, if(id < 30, 5000 + 377 * id, null) size from range(0, 60, 1, 4)")
        .write()
        .format("s3dlio")
        .mode("append")
        .options(
            Map.of(
                "objectSize", "uniform(9k,30k)",
                "recordsPerObject", "3",
                "compress", "1.5",
                "dtype", "int16"))
        .save(dir.toString());

    assertThat(verify("--parallelism=3").out()).contains("proven    60\n", "wrong     0\n");

    flip("object_00000033.bin", 8000);
    assertThat(verify().out()).contains("object_00000033.bin differs from byte 8000 on\n");
  }

  @Test
  void howManySamplesAnObjectHoldsIsTakenFromTheJob() throws IOException {
    put(3, "100k", "--object-type=tfrecord", "--records-per-object=7", "--name=seven_{}");
    put(3, "100k", "--object-type=tfrecord", "--name=one_{}");
    put(3, "100k", "--name=random_{}");

    RunJob.Result result = verify();

    assertThat(result.out()).contains("proven    9\n", "wrong     0\n");
    assertThat(Files.readAllBytes(dir.resolve("seven_0")))
        .isNotEqualTo(Files.readAllBytes(dir.resolve("one_0")));
  }

  @Test
  void aMissingAndATruncatedObjectAreFound() throws IOException {
    put(3, "10k");
    Files.delete(dir.resolve("object_00000000.bin"));
    try (RandomAccessFile file =
        new RandomAccessFile(dir.resolve("object_00000002.bin").toFile(), "rw")) {
      file.setLength(10_239);
    }

    RunJob.Result result = verify();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("object_00000000.bin is missing\n")
        .contains("object_00000002.bin has 10239 bytes, not 10240\n")
        .contains("missing   1\n", "wrong     1\n", "proven    1\n");
  }

  @Test
  void contentIsHeldAgainstItsChecksum() throws IOException {
    putContent("a", "010203");

    assertThat(verify().code()).isZero();

    flip("a", 1);
    assertThat(verify().out()).contains("a has the CRC-32C ");
  }

  @Test
  void whatALaterJobSaysOfANameIsRight() {
    put(3, "10k");
    putContent("object_00000001.bin", "0A0B");
    putContent("other", "01");

    RunJob.Result result = verify("--parallelism=3");

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("manifests 3\n", "proven    4\n", "bytes     20483\n");
  }

  @Test
  void onlyTheFirstFailuresAreListed() throws IOException {
    put(50, "1", "--parallelism=2");
    for (String name : WrittenFiles.objects(dir).keySet()) {
      Files.delete(dir.resolve(name));
    }

    RunJob.Result result = verify();

    assertThat(result.out().lines().filter(line -> line.endsWith("is missing"))).hasSize(20);
    assertThat(result.out()).contains("... 30 more\n", "missing   50\n");
  }

  @Test
  void objectsThatNoManifestNamesAreCountedAndNoFailure() throws IOException {
    put(2, "1k");
    Files.writeString(dir.resolve("stranger"), "x");
    Files.writeString(dir.resolve("_hidden"), "x");

    RunJob.Result result = verify();

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("unnamed   1 objects");
  }

  @Test
  void withoutAManifestNothingIsProven() {
    RunJob.Result result = verify();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith(
            "Verify failed: Cannot verify file://" + dir + "/: there is no manifest below it");
  }

  @Test
  void aDamagedManifestIsAFailure() throws IOException {
    put(2, "1k", "--parallelism=1");
    String shard =
        WrittenFiles.names(dir).stream()
            .filter(name -> name.endsWith(".gz"))
            .findFirst()
            .orElseThrow();
    flip(shard, 30);

    RunJob.Result result = verify();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("Verify failed: ").contains(shard);
  }

  @Test
  void wrongUsageExitsWith2() {
    assertThat(RunJob.run(new Verify()).code()).isEqualTo(2);
    assertThat(RunJob.run(new Verify(), "--uri=nothing:/x").code()).isEqualTo(2);
    assertThat(verify("--parallelism=0").code()).isEqualTo(2);
  }
}
