package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.datagen.Factors;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.datagen.SizeDistribution;
import io.s3dlio.format.ElementType;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticWriteTest {
  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  SyntheticWriteTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private static DataFrameWriter<Row> writer(Dataset<?> rows) {
    return rows.toDF()
        .write()
        .format("s3dlio")
        .mode("append")
        .option("objectName", "sample_{:04d}.bin")
        .option("objectSize", "10k")
        .option("seed", "42");
  }

  private Dataset<Row> range(long start, long end, int tasks) {
    return spark.range(start, end, 1, tasks).toDF();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void bytesAreAFunctionOfSeedAndIdHoweverManyTasksWrite(int tasks) throws IOException {
    writer(range(0, 10, tasks)).save(dir.toString());

    Map<String, ByteBuffer> objects = WrittenFiles.objects(dir);
    assertThat(objects).hasSize(10);
    for (int i = 0; i < 10; i++) {
      assertThat(objects)
          .containsEntry(
              "sample_%04d.bin".formatted(i),
              WrittenFiles.generated(42, i, 10 << 10, ObjectType.RANDOM));
    }
    assertThat(WrittenFiles.remains(dir)).isEmpty();
    assertThat(dir.resolve("_SUCCESS")).isEmptyFile();
  }

  @Test
  void objectsThatAreTooSmallForTheirFormatAreRefusedBeforeAnythingIsWritten() {
    assertThatThrownBy(
            () ->
                writer(range(0, 10, 3))
                    .option("objectType", "tfrecord")
                    .option("objectSize", 95)
                    .option("recordsPerObject", 2)
                    .save(dir.toString()))
        .hasStackTraceContaining("Invalid size: 95 (tfrecord needs 96 or more for 2 samples)");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aRowThatIsTooSmallForItsFormatIsNamed() {
    Dataset<Row> rows =
        range(0, 3, 1)
            .withColumn("size", lit(48).minus(col("id")))
            .withColumn("object_type", lit("tfrecord"));
    assertThatThrownBy(() -> writer(rows).save(dir.toString()))
        .hasStackTraceContaining(
            "Cannot write the row with id 1: Invalid size: 47 (tfrecord needs 48 or more for 1"
                + " sample)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "zeros"})
  void samplesAreRefusedWhereThereAreNone(String type) {
    assertThatThrownBy(
            () ->
                writer(range(0, 10, 3))
                    .option("objectType", type)
                    .option("recordsPerObject", 2)
                    .save(dir.toString()))
        .hasStackTraceContaining(
            "Invalid option: 'recordsPerObject' (objects of the type "
                + type
                + " hold no samples)");
  }

  @ParameterizedTest
  @CsvSource({"random, 1, 64k", "random, 3, 100k", "npz, 5, 8mb"})
  void objectsShareBlocksAndCompressHoweverManyTasksWrite(String type, int tasks, String partSize)
      throws IOException {
    writer(range(0, 10, tasks))
        .option("objectType", type)
        .option("objectSize", "300001")
        .option("partSize", partSize)
        .option("dedupe", "2.5")
        .option("compress", 3)
        .save(dir.toString());

    Payload payload = Payload.DEFAULT.withFactors(new Factors(2.5, 3));
    for (int i = 0; i < 10; i++) {
      assertThat(WrittenFiles.objects(dir))
          .containsEntry(
              "sample_%04d.bin".formatted(i),
              WrittenFiles.generated(42, i, 300_001, ObjectType.parse(type), payload));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void sizesAreAFunctionOfSeedAndIdHoweverManyTasksWrite(int tasks) throws IOException {
    writer(range(0, 20, tasks)).option("objectSize", "Uniform(1k, 9k)").save(dir.toString());

    SizeDistribution sizes = new SizeDistribution.Uniform(1 << 10, 9 << 10);
    for (int i = 0; i < 20; i++) {
      int size = (int) sizes.size(42, i);
      assertThat(WrittenFiles.objects(dir))
          .containsEntry(
              "sample_%04d.bin".formatted(i),
              WrittenFiles.generated(42, i, size, ObjectType.RANDOM));
    }
  }

  @Test
  void theColumnOverridesADistribution() throws IOException {
    Dataset<Row> rows = range(0, 2, 1).withColumn("size", when(col("id").equalTo(1), 5));

    writer(rows).option("objectSize", "lognormal(1k,1k,100,1m)").save(dir.toString());

    SizeDistribution sizes = new SizeDistribution.LogNormal(1 << 10, 1 << 10, 100, 1 << 20);
    assertThat(WrittenFiles.objects(dir))
        .containsEntry(
            "sample_0000.bin",
            WrittenFiles.generated(42, 0, (int) sizes.size(42, 0), ObjectType.RANDOM))
        .containsEntry("sample_0001.bin", WrittenFiles.generated(42, 1, 5, ObjectType.RANDOM));
  }

  @Test
  void aDistributionWithSizesThatAreTooSmallForTheFormatIsRefused() {
    assertThatThrownBy(
            () ->
                writer(range(0, 10, 3))
                    .option("objectType", "npz")
                    .option("objectSize", "lognormal(1mb,512k)")
                    .save(dir.toString()))
        .hasStackTraceContaining("Invalid size: 0 (npz needs 488 or more for 1 sample)");
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "objectSize, 'uniform(1mb,2mb)', let objectSize be one size",
    "compression, deflate, leave compression out",
  })
  void blocksInCommonAreRefusedWhereTheyHaveNoPlaceInCommon(
      String option, String value, String remedy) {
    assertThatThrownBy(
            () ->
                writer(range(0, 10, 3))
                    .option("objectType", "npz")
                    .option(option, value)
                    .option("dedupe", 2)
                    .save(dir.toString()))
        .hasStackTraceContaining("one size and one type: %s)".formatted(remedy));
  }

  @Test
  void theShapeSaysTheSizeOfArraysAndObjectSizeThatOfOthers() throws IOException {
    Dataset<Row> rows =
        range(0, 4, 2)
            .withColumn("object_type", when(col("id").equalTo(3), "random").otherwise("hdf5"));

    writer(rows).option("dtype", "Float64").option("shape", "3, 4").save(dir.toString());

    Payload payload = Payload.DEFAULT.withArray(ElementType.FLOAT64, List.of(3L, 4L));
    int size = (int) ObjectType.HDF5.size(payload).orElseThrow();
    assertThat(WrittenFiles.objects(dir))
        .containsEntry(
            "sample_0001.bin", WrittenFiles.generated(42, 1, size, ObjectType.HDF5, payload))
        .containsEntry(
            "sample_0003.bin", WrittenFiles.generated(42, 3, 10 << 10, ObjectType.RANDOM));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "npz | 10k | Invalid size: 10240 (npz has 499 for 1 sample of the shape [3, 4])",
        "npy | uniform(1k,2k) | Invalid option: 'objectSize' (the size follows from the option"
            + " 'shape': it is 140)",
        "random | 10k | Invalid option: 'shape' (objects of the type random hold no arrays)",
        "tfrecord | 10k | Invalid option: 'shape' (objects of the type tfrecord hold no arrays)",
      })
  void aShapeThatDoesNotGoWithTheRestIsRefused(String type, String size, String message) {
    assertThatThrownBy(
            () ->
                writer(range(0, 10, 3))
                    .option("objectType", type)
                    .option("objectSize", size)
                    .option("shape", "3,4")
                    .save(dir.toString()))
        .hasStackTraceContaining(message);
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void elementsAreRefusedWhereThereIsNoArray() {
    assertThatThrownBy(() -> writer(range(0, 1, 1)).option("dtype", "int8").save(dir.toString()))
        .hasStackTraceContaining(
            "Invalid option: 'dtype' (objects of the type random hold no arrays)");
  }

  @Test
  void factorsAreRefusedForZeros() {
    for (String option : List.of("dedupe", "compress")) {
      assertThatThrownBy(
              () ->
                  writer(range(0, 10, 3))
                      .option("objectType", "zeros")
                      .option(option, 2)
                      .save(dir.toString()))
          .hasStackTraceContaining(
              "Invalid option: '%s' (objects of the type zeros hold no random bytes)"
                  .formatted(option));
    }
  }

  @ParameterizedTest
  @CsvSource({"size, 10000", "object_type, random"})
  void blocksInCommonAreRefusedWhereObjectsAreUnlike(String column, String value) {
    Dataset<Row> rows = range(0, 3, 1).withColumn(column, lit(value));
    Dataset<Row> typed = column.equals("size") ? rows.selectExpr("id", "int(size) size") : rows;
    assertThatThrownBy(() -> writer(typed).option("dedupe", 2).save(dir.toString()))
        .hasStackTraceContaining(
            "Invalid option: 'dedupe' (objects have blocks in common if they have one size and one"
                + " type: leave the column '%s' out)".formatted(column));
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void theManifestNamesEveryObjectWithSizeAndChecksum() throws IOException {
    writer(range(0, 10, 3)).save(dir.toString());

    Manifest manifest = onlyManifest();
    assertThat(manifest.count()).isEqualTo(10);
    assertThat(manifest.bytes()).isEqualTo(10 * 10_240);
    assertThat(manifest.seed()).isEqualTo(42);
    assertThat(manifest.settings())
        .isEqualTo(Map.of("objectName", "sample_{:04d}.bin", "objectSize", "10k", "seed", "42"));
    assertThat(manifest.shards()).hasSize(3);
    List<ManifestEntry> entries = WrittenFiles.entries(dir, manifest);
    assertThat(entries).hasSize(10);
    for (ManifestEntry entry : entries) {
      byte[] bytes = Files.readAllBytes(dir.resolve(entry.name()));
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      assertThat(entry)
          .isEqualTo(
              new ManifestEntry(
                  "sample_%04d.bin".formatted(entry.index()),
                  bytes.length,
                  (int) crc.getValue(),
                  entry.index(),
                  "random"));
    }
  }

  @Test
  void columnsOverrideTheOptionsRowByRow() throws IOException {
    Dataset<Row> rows =
        range(0, 4, 2)
            .withColumn("NAME", concat(lit("deep/dir/n"), col("id")))
            .withColumn("Size", col("id").multiply(1000).cast("int"))
            .withColumn("object_type", when(col("id").equalTo(3), "Zeros").otherwise("random"));

    writer(rows).save(dir.toString());

    assertThat(WrittenFiles.objects(dir))
        .containsOnlyKeys("deep/dir/n0", "deep/dir/n1", "deep/dir/n2", "deep/dir/n3")
        .containsEntry("deep/dir/n0", ByteBuffer.allocate(0))
        .containsEntry("deep/dir/n2", WrittenFiles.generated(42, 2, 2000, ObjectType.RANDOM))
        .containsEntry("deep/dir/n3", ByteBuffer.allocate(3000));
  }

  @Test
  void anOptionThatWasSetStandsInForNulls() throws IOException {
    Dataset<Row> rows =
        range(0, 2, 1)
            .withColumn("name", when(col("id").equalTo(0), "own"))
            .withColumn("size", when(col("id").equalTo(0), 5))
            .withColumn("object_type", when(col("id").equalTo(0), "zeros"));

    writer(rows).option("objectType", "random").save(dir.toString());

    assertThat(WrittenFiles.objects(dir))
        .containsOnlyKeys("own", "sample_0001.bin")
        .containsEntry("own", ByteBuffer.allocate(5))
        .containsEntry(
            "sample_0001.bin", WrittenFiles.generated(42, 1, 10 << 10, ObjectType.RANDOM));
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "size", "object_type"})
  void aNullThatNothingStandsInForFailsWithTheRowsId(String column) {
    Dataset<Row> rows =
        range(7, 8, 1)
            .withColumn("name", lit("n"))
            .withColumn("size", lit(1L))
            .withColumn("object_type", lit("random"))
            .withColumn(column, lit(null).cast(column.equals("size") ? "long" : "string"));

    assertThatThrownBy(() -> rows.write().format("s3dlio").mode("append").save(dir.toString()))
        .hasStackTraceContaining(
            "Cannot write the row with id 7: %s is null. Set ".formatted(column));
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aNullIdIsRefused() {
    Dataset<Row> rows = spark.sql("select cast(null as bigint) id");

    assertThatThrownBy(() -> writer(rows).save(dir.toString()))
        .hasStackTraceContaining("Cannot write a row: its id is null");
  }

  @Test
  void negativeIdsAndSizesAreRefusedWithTheRowsId() {
    assertThatThrownBy(() -> writer(range(-3, -2, 1)).save(dir.toString()))
        .hasStackTraceContaining("Cannot write the row with id -3: Invalid index: -3");
    assertThatThrownBy(
            () -> writer(range(3, 4, 1).withColumn("size", lit(-1))).save(dir.toString()))
        .hasStackTraceContaining("Cannot write the row with id 3: Invalid size: -1 (must be >= 0)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/etc/passwd", "../up", "a/../../up", "a//b", "_hidden", "a/.b", "x\u0001"})
  void hostileNamesAreRefusedWithTheRowsId(String name) throws IOException {
    Path below = Files.createDirectory(dir.resolve("below"));

    assertThatThrownBy(
            () -> writer(range(5, 6, 1).withColumn("name", lit(name))).save(below.toString()))
        .hasStackTraceContaining("Cannot write the row with id 5: Invalid name: '");
    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  @Test
  void anUnknownTypeInARowIsRefused() {
    assertThatThrownBy(
            () -> writer(range(5, 6, 1).withColumn("object_type", lit("npc"))).save(dir.toString()))
        .hasStackTraceContaining(
            "Cannot write the row with id 5: Invalid objectType: 'npc' (known: zeros, random, tfrecord, npz, npy, hdf5)");
  }

  @Test
  void directWritesGiveTheSameBytes() throws IOException {
    writer(range(0, 3, 1))
        .option("objectSize", "10001")
        .option("directFallback", "true")
        .save("direct://" + dir);

    assertThat(WrittenFiles.objects(dir))
        .hasSize(3)
        .containsEntry("sample_0002.bin", WrittenFiles.generated(42, 2, 10_001, ObjectType.RANDOM));
  }

  @Test
  void noRowsMakeAnEmptyDataSet() throws IOException {
    writer(range(0, 0, 2)).save(dir.toString());

    assertThat(onlyManifest().count()).isZero();
    assertThat(onlyManifest().shards()).isEmpty();
    assertThat(dir.resolve("_SUCCESS")).exists();
  }

  @Test
  void theSameJobTwiceFindsItsObjectsAndWritesNone() throws IOException {
    writer(range(0, 5, 2)).save(dir.toString());
    Object before = Files.getLastModifiedTime(dir.resolve("sample_0000.bin"));

    writer(range(0, 5, 3)).save(dir.toString());

    assertThat(Files.getLastModifiedTime(dir.resolve("sample_0000.bin"))).isEqualTo(before);
    assertThat(WrittenFiles.manifests(dir)).extracting(Manifest::count).containsExactly(5L, 5L);
  }

  @Test
  void anotherObjectUnderANameFailsTheJobAndStays() throws IOException {
    Files.writeString(dir.resolve("sample_0003.bin"), "mine");

    assertThatThrownBy(() -> writer(range(0, 5, 2)).save(dir.toString()))
        .hasStackTraceContaining("sample_0003.bin")
        .hasStackTraceContaining("onExisting=skip or onExisting=overwrite");

    assertThat(dir.resolve("sample_0003.bin")).hasContent("mine");
    assertThat(dir.resolve("_SUCCESS")).doesNotExist();
    assertThat(WrittenFiles.manifests(dir)).isEmpty();
  }

  @Test
  void skipLeavesAnotherObjectAndTheManifestDoesNotClaimIt() throws IOException {
    Files.writeString(dir.resolve("sample_0003.bin"), "mine");
    Files.write(
        dir.resolve("sample_0001.bin"),
        WrittenFiles.generated(42, 1, 10 << 10, ObjectType.RANDOM).array());

    writer(range(0, 5, 2)).option("onExisting", "skip").save(dir.toString());

    assertThat(dir.resolve("sample_0003.bin")).hasContent("mine");
    assertThat(WrittenFiles.objects(dir)).hasSize(5);
    assertThat(WrittenFiles.entries(dir, onlyManifest()))
        .extracting(ManifestEntry::index)
        .containsExactlyInAnyOrder(0L, 1L, 2L, 4L);
    assertThat(WrittenFiles.names(dir)).noneMatch(name -> name.endsWith(".left"));
  }

  @Test
  void overwriteReplacesAnotherObject() throws IOException {
    Files.writeString(dir.resolve("sample_0003.bin"), "mine");

    writer(range(0, 5, 2)).option("onExisting", "overwrite").save(dir.toString());

    assertThat(WrittenFiles.objects(dir))
        .containsEntry(
            "sample_0003.bin", WrittenFiles.generated(42, 3, 10 << 10, ObjectType.RANDOM));
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "overwrite"})
  void anIdThatComesTwiceFailsTheJobAndIsNamed(String onExisting) throws IOException {
    Dataset<Row> rows = range(0, 4, 2).union(range(3, 5, 1));

    assertThatThrownBy(() -> writer(rows).option("onExisting", onExisting).save(dir.toString()))
        .hasStackTraceContaining("sample_0003.bin: two rows of this job name it");

    assertThat(dir.resolve("_SUCCESS")).doesNotExist();
    assertThat(WrittenFiles.names(dir)).noneMatch(name -> name.startsWith(Manifest.FOLDER));
    assertThat(WrittenFiles.remains(dir)).isEmpty();
  }

  @Test
  void aNameThatComesTwiceFailsTheJobAndIsNamed() {
    Dataset<Row> rows =
        range(0, 4, 2)
            .withColumn("name", concat(lit("n"), col("id").mod(3)))
            .withColumn("object_type", lit("zeros"));

    assertThatThrownBy(() -> writer(rows).save(dir.toString()))
        .hasStackTraceContaining("n0: two rows of this job name it");
  }

  @Test
  void idsInAnyOrderAreFineIfNoneComesTwice() throws IOException {
    Dataset<Row> rows = range(0, 20, 3).orderBy(col("id").desc());

    writer(rows).save(dir.toString());

    assertThat(WrittenFiles.objects(dir)).hasSize(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"errorifexists", "ignore"})
  void otherModesGiveSparksOwnError(String mode) {
    assertThatThrownBy(() -> writer(range(0, 1, 1)).mode(mode).save(dir.toString()))
        .hasMessageContaining("UNSUPPORTED_DATA_SOURCE_SAVE_MODE");
  }

  private Manifest onlyManifest() throws IOException {
    List<Manifest> manifests = WrittenFiles.manifests(dir);
    assertThat(manifests).hasSize(1);
    return manifests.get(0);
  }
}
