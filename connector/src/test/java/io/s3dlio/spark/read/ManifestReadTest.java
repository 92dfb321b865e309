package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.sorted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectChangedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads of what a manifest names. */
class ManifestReadTest {
  private final Path directory;
  private final Path data;

  ManifestReadTest(@TempDir Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
  }

  @BeforeEach
  void write() throws IOException {
    file(data, "a", 10);
    file(data, "d/b, \"odd\" [1]", 20);
    file(data, "d/_hidden", 30);
    file(data, "stray", 40);
  }

  private Path list(String name, String... lines) throws IOException {
    return Files.writeString(directory.resolve(name), String.join("\n", lines) + "\n");
  }

  private Dataset<Row> read(Path manifest) {
    return s3dlio("rows").option("manifest", manifest.toString()).load(data.toString());
  }

  private List<String> names(Dataset<Row> rows) {
    return sorted(rows.select("path")).stream()
        .map(path -> path.substring(("file://" + data).length() + 1))
        .toList();
  }

  @Test
  void onlyWhatAListNamesIsRead() throws IOException {
    Path list =
        list(
            "list.csv",
            "a",
            "",
            "\"file://" + data + "/d/b, \"\"odd\"\" [1]\"",
            "\"" + data + "/d/_hidden\",30");

    assertThat(names(read(list))).containsExactly("a", "d/_hidden", "d/b, \"odd\" [1]");
    assertThat(read(list).selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(60);
    assertThat(names(read(list).filter("length > 10"))).hasSize(2);
    assertThat(
            names(
                s3dlio("rows")
                    .option("manifest", list.toString())
                    .option("pathGlobFilter", "a*")
                    .load(data.toString())))
        .containsExactly("a");
  }

  @Test
  void aHeadSaysWhichColumnsThereAreAndAListMayBeCompressed() throws IOException {
    Path list = directory.resolve("list.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(list))) {
      out.write("length,Path\r\n10,a\r\n40,stray\r\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(names(read(list))).containsExactly("a", "stray");
  }

  @Test
  void anObjectOfWhichAllIsToldIsNotAskedFor() throws IOException {
    String etag = s3dlio("rows").load(data + "/a").select("etag").first().getString(0);

    Row told =
        read(list("told.csv", "a,10," + etag + ",2001-02-03T04:05:06Z"))
            .selectExpr("cast(modificationTime AS long)", "length(content)")
            .first();
    assertThat(told.mkString("|")).isEqualTo("981173106|10");
    assertThatThrownBy(
            () ->
                read(list("old.csv", "a,10,1-2-3,2001-02-03T04:05:06Z"))
                    .select("content")
                    .collectAsList())
        .hasStackTraceContaining("ObjectChangedException");
  }

  @Test
  void anotherObjectThanTheListMeansIsAFailure() throws IOException {
    assertThatThrownBy(() -> read(list("l.csv", "stray", "a,11")).count())
        .hasRootCauseInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("it has 10 bytes and line 2 of file://%s/l.csv says 11", directory);
    assertThatThrownBy(() -> read(list("e.csv", "a,10,x")).count())
        .hasRootCauseInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("says 'x'");
  }

  @Test
  void whatIsNotThereFailsWithItsLine() throws IOException {
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> read(list("l.csv", "a", "none")).count())
        .withMessageContaining("[PATH_NOT_FOUND]")
        .withMessageContaining("line 2 of file://%s/l.csv names it", directory);
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> read(list("l.csv", "d")).count());
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> read(directory.resolve("no.csv")).count())
        .withMessageContaining("no.csv");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../list.csv",
        "d/../../list.csv",
        "./a",
        "/etc/passwd",
        "file:///etc/passwd",
        "s3://b/k",
        "/DATA2/a",
        "d/",
        "http://h/x",
        "s3://key:secret@b/x"
      })
  void whatLiesOutsideOfThePathsIsRefusedByItsLine(String path) throws IOException {
    file(directory, "data2/a", 1);
    String written = path.replace("/DATA", data.toString());

    assertThatThrownBy(() -> read(list("l.csv", "a", written)).count())
        .hasRootCauseInstanceOf(
            path.startsWith("http") || path.contains("@")
                ? IllegalArgumentException.class
                : CorruptException.class)
        .hasMessageContaining("line 2 of file://%s/l.csv", directory)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a,x", "a,-1", "a,1,e,yesterday", "a,1,e,2001-02-03T04:05:06Z,more", ",1"})
  void aMalformedLineIsAFailureThatNamesIt(String line) throws IOException {
    assertThatThrownBy(() -> read(list("l.csv", "stray", line)).count())
        .hasMessageContaining("line 2 is malformed")
        .hasMessageContaining("l.csv");
  }

  @Test
  void aHeadOfUnknownColumnsIsAFailure() throws IOException {
    assertThatThrownBy(() -> read(list("l.csv", "path,size", "a,10")).count())
        .hasMessageContaining("its columns are path, size");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://id:secret@b/list.csv", "s3://b/list.csv?X-Amz-Signature=secret"})
  void aCredentialInTheManifestsLocationIsRefusedAndNotRepeated(String manifest) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").option("manifest", manifest).load(data.toString()).count())
        .withMessageContaining("Invalid location")
        .withMessageNotContaining("secret");
  }

  @Test
  void whatMeansNothingWithAManifestIsRefused() throws IOException {
    Path list = list("l.csv", "a");

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                s3dlio("rows")
                    .option("manifest", list.toString())
                    .option("recursiveFileLookup", true)
                    .load(data.toString())
                    .count())
        .withMessageContaining("recursiveFileLookup");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> s3dlio("rows").option("manifest", list.toString()).load(data + "/*").count())
        .withMessageContaining("'manifest' (it names objects below plain paths");
    assertThatThrownBy(
            () ->
                s3dlio("rows")
                    .option("manifest", list.toString())
                    .load(data + "/d", data.toString())
                    .count())
        .hasMessageContaining("'a' is relative, and the load has 2 paths");
  }

  @Test
  void aJobsManifestIsWhatItWroteAndNothingElse() throws IOException {
    LocalSpark.session()
        .range(50)
        .write()
        .format("s3dlio")
        .option("objectSize", "1k")
        .mode("append")
        .save(data.toString());
    Path head;
    try (Stream<Path> jobs = Files.list(data.resolve("_s3dlio"))) {
      head = jobs.map(job -> job.resolve("manifest.json")).findFirst().orElseThrow();
    }

    assertThat(read(head).selectExpr("count(*)", "sum(length(content))").first().mkString("|"))
        .isEqualTo("50|51200");
    assertThat(names(read(head))).contains("object_00000007.bin").doesNotContain("stray");
    Files.write(data.resolve("object_00000007.bin"), new byte[1023]);
    assertThatThrownBy(() -> read(head).count())
        .hasMessageContaining("it has 1023 bytes and line")
        .hasMessageContaining("says 1024");
    assertThatThrownBy(
            () ->
                s3dlio("rows")
                    .option("manifest", head.toString())
                    .load(data + "/elsewhere")
                    .count())
        .hasMessageContaining("is no object at or below a path of the load");
  }

  @ParameterizedTest
  @CsvSource({"INT96, snappy", "TIMESTAMP_MICROS, zstd", "TIMESTAMP_MILLIS, uncompressed"})
  void aListInParquetIsWhatSparkWrote(String timeType, String compression) throws IOException {
    Path lists = directory.resolve("lists");
    Dataset<Row> listed = s3dlio("rows").load(data.toString());
    LocalSpark.session().conf().set("spark.sql.parquet.outputTimestampType", timeType);
    try {
      listed
          .filter("path not like '%stray'")
          .selectExpr("0.5 AS score", "path", "length", "etag", "modificationTime", "'x' AS label")
          .repartition(1)
          .write()
          .option("compression", compression)
          .parquet(lists.toString());
    } finally {
      LocalSpark.session().conf().unset("spark.sql.parquet.outputTimestampType");
    }
    Path file;
    try (Stream<Path> files = Files.list(lists)) {
      file = files.filter(each -> each.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    List<String> expected =
        sorted(
            listed
                .filter("path not like '%stray'")
                .select("path", "length", "modificationTime", "etag"));

    for (Path manifest : List.of(lists, file)) {
      assertThat(sorted(read(manifest).select("path", "length", "modificationTime", "etag")))
          .hasSize(2)
          .isEqualTo(expected);
      assertThat(read(manifest).selectExpr("sum(length(content))").first().getLong(0))
          .isEqualTo(30);
    }
    file(data, "a", 11);
    assertThatThrownBy(() -> read(lists).selectExpr("sum(length(content))").collectAsList())
        .rootCause()
        .isInstanceOf(ObjectChangedException.class);
  }

  @Test
  void aListInParquetNeedsPathsAlone() throws IOException {
    Path lists = directory.resolve("lists.d");
    LocalSpark.session()
        .sql(
            "SELECT * FROM VALUES ('a', 10, NULL), ('d/_hidden', NULL, '') AS t(PATH, length, etag)")
        .repartition(1)
        .write()
        .parquet(lists.toString());

    assertThat(names(read(lists))).containsExactly("a", "d/_hidden");
    LocalSpark.session()
        .sql("SELECT 'a' AS path, 11 AS length")
        .write()
        .mode("overwrite")
        .parquet(lists.toString());
    assertThatThrownBy(() -> read(lists).count())
        .rootCause()
        .hasMessageContainingAll("it has 10 bytes and row 1 of file://", ".parquet says 11");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SELECT 'a' AS name; it has no column 'path'",
        "SELECT 1 AS path; the column 'path' is required int32 path",
        "SELECT 'a' AS path, '10' AS length; the column 'length' is",
        "SELECT 'a' AS path, date'2026-01-01' AS modificationTime; the column 'modificationTime' is",
        "SELECT array('a') AS path; the column 'path' is",
        "SELECT CAST(NULL AS STRING) AS path; row 1 is malformed: it has no path",
        "SELECT 'a' AS path, -1L AS length; row 1 is malformed: the length -1 is negative",
        "SELECT '../stray' AS path; ../stray' is no object at or below",
      })
  void aListInParquetThatIsNoneIsRefused(String query, String message) {
    Path lists = directory.resolve("bad");
    LocalSpark.session().sql(query).write().parquet(lists.toString());

    assertThatThrownBy(() -> read(lists).count())
        .rootCause()
        .isInstanceOfAny(CorruptException.class, IllegalArgumentException.class);
    assertThatThrownBy(() -> read(lists).count())
        .hasStackTraceContaining(message)
        .hasStackTraceContaining("bad/part-");
  }

  @Test
  void whatIsNoParquetAtAllIsRefused() throws IOException {
    Path text = list("text.parquet", "a,10");

    assertThatThrownBy(() -> read(text).count())
        .hasStackTraceContaining("Cannot read file://" + text)
        .hasStackTraceContaining("it is no list of objects in Parquet");
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> read(directory.resolve("none")).count())
        .withMessageContaining("there is no such manifest, and no list in such a directory");
  }

  @Test
  void listsOfADirectoryAreReadOneAfterTheOther() throws IOException {
    Files.createDirectories(directory.resolve("csv"));
    list("csv/part-1.csv", "d/_hidden");
    list("csv/part-0.csv", "path", "stray", "a");
    list("csv/_SUCCESS", "x");

    assertThat(
            read(directory.resolve("csv")).select("path").collectAsList().stream()
                .map(row -> row.getString(0).replaceAll(".*/", "")))
        .containsExactly("stray", "a", "_hidden");
  }
}
