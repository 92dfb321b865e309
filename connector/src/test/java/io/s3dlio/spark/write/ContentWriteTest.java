package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentWriteTest {
  private static final StructType NAMED =
      new StructType().add("name", DataTypes.StringType).add("content", DataTypes.BinaryType);

  private static final StructType PATHS =
      new StructType().add("path", DataTypes.StringType).add("content", DataTypes.BinaryType);

  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  ContentWriteTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private static Row row(String name, String content) {
    return RowFactory.create(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private Dataset<Row> named(Row... rows) {
    return spark.createDataFrame(List.of(rows), NAMED);
  }

  private Dataset<Row> paths(Row... rows) {
    return spark.createDataFrame(List.of(rows), PATHS);
  }

  private static DataFrameWriter<Row> writer(Dataset<Row> rows) {
    return rows.write().format("s3dlio").mode("append");
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyRowIsAnObject() throws IOException {
    writer(named(row("a.txt", "one"), row("deep/b c+%20.txt", "two"), row("empty", "")))
        .save(dir.toString());

    assertThat(WrittenFiles.objects(dir))
        .hasSize(3)
        .containsEntry("a.txt", bytes("one"))
        .containsEntry("deep/b c+%20.txt", bytes("two"))
        .containsEntry("empty", bytes(""));
    assertThat(WrittenFiles.remains(dir)).isEmpty();
    assertThat(dir.resolve("_SUCCESS")).exists();
  }

  @Test
  void theManifestHasChecksumsAndNoIndex() throws IOException {
    writer(named(row("a.txt", "one"))).save(dir.toString());

    CRC32C crc = new CRC32C();
    crc.update(bytes("one"));
    Manifest manifest = WrittenFiles.manifests(dir).get(0);
    assertThat(manifest.bytes()).isEqualTo(3);
    assertThat(WrittenFiles.entries(dir, manifest))
        .containsExactly(ManifestEntry.content("a.txt", 3, (int) crc.getValue()));
  }

  @Test
  void contentLargerThanAPartArrivesWhole() throws IOException {
    byte[] large =
        WrittenFiles.generated(1, 2, 1_000_001, io.s3dlio.datagen.ObjectType.RANDOM).array();

    writer(spark.createDataFrame(List.of(RowFactory.create("large", large)), NAMED))
        .option("partSize", "64k")
        .save(dir.toString());

    assertThat(dir.resolve("large")).hasBinaryContent(large);
  }

  @Test
  void directWritesGiveTheSameBytes() throws IOException {
    writer(paths(row("a", "one"), row("file:" + dir + "/b", "two")))
        .option("directFallback", "true")
        .save("direct://" + dir);

    assertThat(WrittenFiles.objects(dir))
        .containsEntry("a", bytes("one"))
        .containsEntry("b", bytes("two"));
  }

  @Test
  void sparksOwnFileSourceReadsWhatWasWritten() {
    writer(named(row("a.txt", "one"), row("b.txt", "two"))).save(dir.toString());

    List<Row> rows =
        spark.read().format("binaryFile").load(dir.toString()).select("length").collectAsList();

    assertThat(rows).hasSize(2);
  }

  @Test
  void filesThatSparkReadsCanBeWrittenElsewhere() throws IOException {
    Path source = Files.createDirectory(dir.resolve("source"));
    Files.writeString(source.resolve("a.txt"), "one");
    Path target = dir.resolve("target");
    Dataset<Row> files = spark.read().format("binaryFile").load(source.toString());

    writer(
            files.select(
                concat(
                        lit("copy-of-"),
                        org.apache.spark.sql.functions.element_at(
                            org.apache.spark.sql.functions.split(col("path"), "/"), -1))
                    .as("name"),
                col("content")))
        .save(target.toString());

    assertThat(WrittenFiles.objects(target)).containsEntry("copy-of-a.txt", bytes("one"));
  }

  @Test
  void aPathMayBeRelativeOrBelowTheTarget() throws IOException {
    writer(
            paths(
                row("rel/a", "1"),
                row(dir + "/abs/b", "2"),
                row("file:" + dir + "/abs/c", "3"),
                row(dir.toUri() + "abs/d", "4")))
        .save(dir.toString());

    assertThat(WrittenFiles.objects(dir)).containsOnlyKeys("rel/a", "abs/b", "abs/c", "abs/d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/x", "file:///etc/x", "s3://bucket/x", "hdfs://host/x"})
  void aPathElsewhereIsRefusedWithARemedy(String path) {
    assertThatThrownBy(() -> writer(paths(row(path, "1"))).save(dir.toString()))
        .hasStackTraceContaining("Cannot write the row with path '" + path + "': ");
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a/", "_x", "/abs", "a/./b"})
  void hostileNamesAreRefused(String name) {
    assertThatThrownBy(() -> writer(named(row(name, "1"))).save(dir.toString()))
        .hasStackTraceContaining("Cannot write the row with name '" + name + "': Invalid name: ");
  }

  @Test
  void aPathThatLeavesTheTargetAgainIsRefused() {
    assertThatThrownBy(() -> writer(paths(row(dir + "/../x", "1"))).save(dir.toString()))
        .hasStackTraceContaining("Invalid name: '../x'");
  }

  @Test
  void nullsAreRefusedWithTheRow() {
    assertThatThrownBy(
            () -> writer(named(RowFactory.create(null, new byte[1]))).save(dir.toString()))
        .hasStackTraceContaining("Cannot write a row: its name is null");
    assertThatThrownBy(() -> writer(named(RowFactory.create("n", null))).save(dir.toString()))
        .hasStackTraceContaining("Cannot write the row with name 'n': content is null");
  }

  @Test
  void aTaskThatFailsLeavesNothing() throws IOException {
    Dataset<Row> rows = named(row("a", "1"), row("b", "2"), row("../x", "3")).coalesce(1);

    assertThatThrownBy(() -> writer(rows).save(dir.toString())).isNotNull();

    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  @Test
  void aNameThatComesTwiceInATaskFailsAtOnce() throws IOException {
    Dataset<Row> rows = named(row("a", "1"), row("a", "1")).coalesce(1);

    assertThatThrownBy(() -> writer(rows).save(dir.toString()))
        .hasStackTraceContaining("/a: two rows of this job name it");

    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "overwrite"})
  void aNameThatComesTwiceInTwoTasksFailsTheJob(String onExisting) throws IOException {
    Dataset<Row> rows = named(row("a", "1")).union(named(row("b", "1"), row("a", "1")));

    assertThatThrownBy(() -> writer(rows).option("onExisting", onExisting).save(dir.toString()))
        .hasStackTraceContaining("/a: two rows of this job name it");

    assertThat(dir.resolve("_SUCCESS")).doesNotExist();
    assertThat(WrittenFiles.remains(dir)).isEmpty();
  }

  @Test
  void anotherObjectUnderANameFailsTheJobAndStays() throws IOException {
    Files.writeString(dir.resolve("a"), "mine");

    assertThatThrownBy(() -> writer(named(row("a", "your"))).save(dir.toString()))
        .hasStackTraceContaining("/a: it exists and is not what would be written");

    assertThat(dir.resolve("a")).hasContent("mine");
    assertThat(WrittenFiles.names(dir)).containsExactly("a");
  }

  @Test
  void theSameObjectUnderANameIsTheJobsOwn() throws IOException {
    Files.writeString(dir.resolve("a"), "same");
    Files.setLastModifiedTime(dir.resolve("a"), FileTime.fromMillis(1_000_000));

    writer(named(row("a", "same"), row("b", "new"))).save(dir.toString());

    assertThat(Files.getLastModifiedTime(dir.resolve("a")))
        .isEqualTo(FileTime.fromMillis(1_000_000));
    assertThat(WrittenFiles.manifests(dir).get(0).count()).isEqualTo(2);
  }

  @Test
  void skipLeavesAnotherObjectAndTheManifestDoesNotClaimIt() throws IOException {
    Files.writeString(dir.resolve("a"), "mine");

    writer(named(row("a", "your"), row("b", "new")))
        .option("onExisting", "skip")
        .save(dir.toString());

    assertThat(dir.resolve("a")).hasContent("mine");
    assertThat(dir.resolve("b")).hasContent("new");
    assertThat(WrittenFiles.entries(dir, WrittenFiles.manifests(dir).get(0)))
        .extracting(ManifestEntry::name)
        .containsExactly("b");
  }

  @Test
  void overwriteReplacesAnotherObject() throws IOException {
    Files.writeString(dir.resolve("a"), "mine");

    writer(named(row("a", "your"))).option("onExisting", "overwrite").save(dir.toString());

    assertThat(dir.resolve("a")).hasContent("your");
  }
}
