package io.s3dlio.spark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Location;
import io.s3dlio.testing.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What jobs on every cloud's store do: each is looked at by other means than ours. */
@ExtendWith(NoLeaks.class)
abstract class JobContract {
  /** Before any test: what it holds is no leak. */
  private static final SparkSession SPARK = LocalSpark.session();

  static final int SIZE = 300_000;

  final SparkSession spark = SPARK;
  final Cloud cloud;
  final CloudFolder folder;
  final String uri;

  JobContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
    this.uri = folder.uri();
  }

  final DataFrameReader reader() {
    return spark.read().format("s3dlio").options(cloud.options());
  }

  final DataFrameWriter<Row> writer(Dataset<?> rows) {
    return rows.toDF().write().format("s3dlio").mode("append").options(cloud.options());
  }

  final DataFrameWriter<Row> generator(int count) {
    return writer(spark.range(0, count, 1, 3))
        .option("objectName", "sample_{:04d}.bin")
        .option("objectSize", String.valueOf(SIZE))
        .option("seed", "42");
  }

  @Test
  void whatAJobGeneratesIsThereAndReadsBack() throws IOException {
    generator(20).save(uri);

    for (int i : new int[] {0, 7, 19}) {
      assertThat(ByteBuffer.wrap(folder.get("sample_%04d.bin".formatted(i))))
          .isEqualTo(WrittenFiles.generated(42, i, SIZE, ObjectType.RANDOM));
    }
    for (String mode : List.of("columnar", "rows")) {
      List<Row> rows =
          reader()
              .option("readMode", mode)
              .load(uri)
              .selectExpr("path", "length", "crc32(content) as crc")
              .orderBy(col("path"))
              .collectAsList();
      assertThat(rows).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat(rows.get(i).getString(0)).isEqualTo(uri + "/sample_%04d.bin".formatted(i));
        assertThat(rows.get(i).getLong(1)).isEqualTo(SIZE);
        assertThat(rows.get(i).getLong(2))
            .isEqualTo(crc(WrittenFiles.generated(42, i, SIZE, ObjectType.RANDOM)));
      }
    }
  }

  @Test
  void aCompressedObjectIsWrittenInParts() throws IOException {
    int size = (12 << 20) + 3;
    writer(spark.range(0, 2, 1, 2))
        .option("objectName", "{}.gz")
        .option("objectType", "tfrecord")
        .option("compression", "gzip")
        .option("objectSize", size)
        .option("partSize", "5m")
        .save(uri);

    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(folder.get("1.gz")))) {
      assertThat(ByteBuffer.wrap(in.readAllBytes()))
          .isEqualTo(WrittenFiles.generated(0, 1, size, ObjectType.TFRECORD));
    }
  }

  @Test
  void aDataSetForDlioIsThereWithItsIndexes() throws IOException {
    writer(spark.range(0, 6, 1, 3))
        .option("layout", "dlio")
        .option("numFilesTrain", 4)
        .option("numFilesEval", 2)
        .option("objectType", "tfrecord")
        .option("tfrecordIndex", true)
        .option("recordsPerObject", 3)
        .option("objectSize", SIZE)
        .save(uri);

    assertThat(folder.names())
        .filteredOn(name -> !name.startsWith("_"))
        .containsExactlyInAnyOrder(
            Stream.of(
                    "train/img_%d_of_4.tfrecord",
                    "index/train/img_%d_of_4.tfrecord.idx",
                    "valid/img_%d_of_2.tfrecord",
                    "index/valid/img_%d_of_2.tfrecord.idx")
                .flatMap(
                    name ->
                        IntStream.range(0, name.contains("valid") ? 2 : 4)
                            .mapToObj(name::formatted))
                .toArray(String[]::new));
  }

  @Test
  void aLargeObjectIsWrittenInPartsAndReadInChunks() throws IOException {
    int size = (20 << 20) + 3;
    writer(spark.range(0, 2, 1, 2))
        .option("objectName", "large_{}.bin")
        .option("objectSize", String.valueOf(size))
        .option("seed", "1")
        .save(uri);

    assertParts("large_0.bin", 2);
    List<Row> rows =
        reader()
            .option("chunkBytes", "6mb")
            .load(uri)
            .selectExpr("path", "offset", "content")
            .orderBy("path", "offset")
            .collectAsList();
    assertThat(rows).hasSize(8);
    ByteBuffer first = WrittenFiles.generated(1, 0, size, ObjectType.RANDOM);
    for (int i = 0; i < 4; i++) {
      byte[] chunk = rows.get(i).getAs("content");
      assertThat(rows.get(i).getLong(1)).isEqualTo((long) i * (6 << 20));
      assertThat(ByteBuffer.wrap(chunk)).isEqualTo(first.slice(i * (6 << 20), chunk.length));
    }
  }

  private void assertParts(String name, int expected) throws IOException {
    OptionalInt parts = folder.parts(name);
    if (parts.isPresent()) {
      assertThat(parts).as("parts of %s", name).hasValue(expected);
    }
  }

  @Test
  void partsHaveTheSizeThatIsAskedFor() throws IOException {
    writer(spark.range(0, 1, 1, 1))
        .option("objectName", "large_{}.bin")
        .option("objectSize", String.valueOf(11 << 20))
        .option("partSize", "5mb")
        .save(uri);

    assertParts("large_0.bin", 3);
    assertThat(reader().load(uri).selectExpr("length(content)").first().getInt(0))
        .isEqualTo(11 << 20);
  }

  @Test
  void overwritingDeletesOnlyWhatTheJobDidNotWrite() throws IOException {
    generator(6).save(uri);
    CloudFolder sibling = new CloudFolder(cloud, folder.container(), folder.prefix() + "-sibling");
    sibling.put("x", "stays");

    generator(3).mode("overwrite").option("overwritePrefix", "true").save(uri);

    assertThat(folder.names())
        .filteredOn(name -> name.endsWith(".bin"))
        .containsExactly("sample_0000.bin", "sample_0001.bin", "sample_0002.bin");
    assertThat(folder.names()).contains("_SUCCESS");
    assertThat(sibling.text("x")).isEqualTo("stays");
  }

  @Test
  void appendingAddsToWhatIsThere() throws IOException {
    generator(3).save(uri);
    generator(2).option("objectName", "more_{:04d}.bin").save(uri);

    assertThat(folder.visible())
        .containsExactly(
            "more_0000.bin",
            "more_0001.bin",
            "sample_0000.bin",
            "sample_0001.bin",
            "sample_0002.bin");
  }

  @Test
  void nothingThatExistsIsReplaced() throws IOException {
    folder.put("sample_0001.bin", "mine");

    assertThatThrownBy(() -> generator(3).save(uri))
        .hasStackTraceContaining("sample_0001.bin")
        .hasStackTraceContaining("exists");

    assertThat(folder.text("sample_0001.bin")).isEqualTo("mine");
    assertThat(folder.names()).doesNotContain("_SUCCESS");

    generator(3).option("onExisting", "overwrite").save(uri);
    assertThat(ByteBuffer.wrap(folder.get("sample_0001.bin")))
        .isEqualTo(WrittenFiles.generated(42, 1, SIZE, ObjectType.RANDOM));
  }

  @Test
  void realContentThatExistsIsNotReplacedEither() throws IOException {
    folder.put("b", "mine");
    Dataset<Row> rows =
        spark.sql(
            "select name, cast('theirs' as binary) as content from values ('a'), ('b') as t(name)");

    assertThatThrownBy(() -> writer(rows).save(uri)).hasStackTraceContaining("exists");

    assertThat(folder.text("b")).isEqualTo("mine");
    assertThat(folder.names()).doesNotContain("_SUCCESS");
  }

  @Test
  void realContentIsWrittenAsItIs() throws IOException {
    writer(
            spark
                .range(0, 5, 1, 2)
                .selectExpr(
                    "concat('dir/a b+%?', id) as name",
                    "cast(concat('body', id) as binary) as content"))
        .save(uri);

    assertThat(folder.text("dir/a b+%?3")).isEqualTo("body3");
    assertThat(texts(reader().load(uri), "decode(content, 'UTF-8')"))
        .containsExactlyInAnyOrder("body0", "body1", "body2", "body3", "body4");
  }

  final DataFrameWriter<Row> encoder(Dataset<Long> ids, String format) {
    return writer(ids.selectExpr("id", "repeat(cast(id as string), 100000) as text"))
        .option("encode", format)
        .option("partSize", "5mb");
  }

  @Test
  void rowsBecomeFilesInParts() throws IOException {
    assertRowsBecomeFilesInParts(Map.of());
  }

  final void assertRowsBecomeFilesInParts(Map<String, String> options) throws IOException {
    encoder(spark.range(100, 200, 1, 2), "tfrecord").options(options).save(uri);

    assertThat(folder.visible()).hasSize(2).allMatch(name -> name.endsWith(".tfrecord"));
    for (String name : folder.visible()) {
      assertParts(name, 3);
    }
    assertThat(
            reader()
                .option("decode", "tfrecord")
                .load(uri)
                .selectExpr("count(*)", "sum(id)", "sum(length(text))", "count(distinct text)")
                .first()
                .mkString(" "))
        .isEqualTo("100 14950 30000000 100");
    assertThat(folder.names()).contains("_SUCCESS");
    assertThat(folder.unfinished()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tfrecord", "npz"})
  void filesOfAJobThatFailsGo(String format) throws IOException {
    Dataset<Long> ids =
        spark
            .range(0, 100, 1, 4)
            .filter(
                (FilterFunction<Long>)
                    id -> {
                      if (id == 99) {
                        throw new IllegalStateException("planned");
                      }
                      return true;
                    });

    assertThatThrownBy(() -> encoder(ids, format).option("maxRecordsPerFile", 10).save(uri))
        .hasStackTraceContaining("planned");

    assertThat(folder.names()).isEmpty();
    assertThat(folder.unfinished()).isEmpty();
  }

  @Test
  void aLargeObjectOfATaskThatFailsIsNeverSeen() throws IOException {
    Dataset<Row> rows =
        spark
            .range(0, 2, 1, 1)
            .selectExpr(
                "concat('large', id) as name",
                "if(id = 0, cast(repeat('x', %d) as binary), cast(raise_error('planned') as binary)) as content"
                    .formatted(12 << 20));

    assertThatThrownBy(() -> writer(rows).option("partSize", "5mb").save(uri))
        .hasStackTraceContaining("planned");

    assertThat(folder.names()).isEmpty();
    assertThat(folder.unfinished()).isEmpty();
  }

  @Test
  void settingsOfHadoopThatAreMadeAtRunTimeAreEnough() throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    cloud.hadoop().forEach(hadoop::set);
    try {
      spark
          .range(0, 4, 1, 2)
          .write()
          .format("s3dlio")
          .mode("append")
          .options(cloud.besideHadoop())
          .option("objectName", "sample_{:04d}.bin")
          .option("objectSize", "1000")
          .save(folder.hadoopUri());
      Dataset<Row> rows =
          spark.read().format("s3dlio").options(cloud.besideHadoop()).load(folder.hadoopUri());

      assertThat(folder.visible()).hasSize(4);
      assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(4000);
      assertThat(rows.queryExecution().executedPlan().treeString())
          .contains(" (hadoop)")
          .doesNotContain(cloud.secret());
    } finally {
      cloud.hadoop().keySet().forEach(hadoop::unset);
    }
  }

  @Test
  void aTableIsDefinedQueriedAndWrittenInSql() throws IOException {
    Map<String, String> options = new HashMap<>(cloud.options());
    options.put("objectName", "row_{:04d}.bin");
    options.put("objectSize", "1000");
    String list =
        options.entrySet().stream()
            .map(option -> "%s '%s'".formatted(option.getKey(), option.getValue()))
            .reduce((one, other) -> one + ", " + other)
            .orElseThrow();
    spark.sql("DROP TABLE IF EXISTS of_cloud");
    try {
      spark.sql(
          "CREATE TABLE of_cloud USING s3dlio OPTIONS (%s) LOCATION '%s'"
              .formatted(list, folder.hadoopUri()));
      spark.sql("INSERT INTO of_cloud SELECT id FROM range(5)");

      assertThat(folder.visible()).hasSize(5);
      assertThat(
              spark
                  .sql(
                      "SELECT count(*), sum(length(content)) FROM of_cloud WHERE path LIKE '%_0003.bin'")
                  .first()
                  .mkString(" "))
          .isEqualTo("1 1000");
      assertThat(spark.sql("SELECT * FROM of_cloud").count()).isEqualTo(5);
      String shown =
          spark.sql("DESCRIBE TABLE EXTENDED of_cloud").collectAsList().toString()
              + spark.sql("SHOW CREATE TABLE of_cloud").collectAsList();
      assertThat(shown).contains(folder.hadoopUri()).doesNotContain(cloud.secret());
    } finally {
      spark.sql("DROP TABLE IF EXISTS of_cloud");
    }
    assertThat(folder.visible()).as("a dropped table's objects").hasSize(5);
  }

  @Test
  void keysAreNowhereToBeSeen() throws IOException {
    generator(3).save(uri);
    Dataset<Row> rows = reader().load(uri);

    assertThat(rows.queryExecution().toString())
        .contains(cloud.secretOption() + "=*********(redacted)")
        .doesNotContain(cloud.secret());
    assertThat(rows.queryExecution().executedPlan().treeString()).doesNotContain(cloud.secret());
    for (String name : folder.names()) {
      if (!name.endsWith(".bin")) {
        assertThat(new String(folder.get(name), ISO_8859_1))
            .as(name)
            .doesNotContain(cloud.secret());
      }
    }
    for (var partition : rows.select("content").rdd().partitions()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(partition);
      }
      assertThat(bytes.toString(ISO_8859_1)).doesNotContain(cloud.secret());
    }
    assertThat(
            ResolvedOptions.forWrite(cloud.options(), Map.of())
                .storeConfig(List.of(Location.parse(uri))))
        .asString()
        .contains("redacted")
        .doesNotContain(cloud.secret());
    folder.put("sample_0001.bin", "mine");
    assertThatThrownBy(() -> generator(3).save(uri))
        .as("a failure of a task, which Spark tells in full")
        .satisfies(e -> assertThat(trace(e)).doesNotContain(cloud.secret()));
  }

  @Test
  void othersAreRefusedAndToldWhatToCheckButNoKey() {
    assumeTrue(cloud.refusesOthers(), "a server that refuses anybody");
    // Of the same form, but for another letter.
    String wrong = "wrong" + cloud.secret().substring(5);

    assertThatThrownBy(() -> reader().option(cloud.secretOption(), wrong).load(uri).count())
        .hasStackTraceContaining(AccessDeniedException.class.getSimpleName())
        .hasStackTraceContaining("Check the ")
        .satisfies(
            e -> assertThat(trace(e)).doesNotContain(wrong).doesNotContain(wrong.substring(5)));
  }

  @Test
  void directoriesGiveColumnsAndFiltersFindThemHoweverTheyAreWritten() throws IOException {
    assertDirectoriesGiveColumns(Map.of());
  }

  final void assertDirectoriesGiveColumns(Map<String, String> options) throws IOException {
    List<String> names =
        List.of(
            "label=cat/n=1/a",
            "label=%63at/n=01/b",
            "label=a b/n=2/c",
            "label=a%2Fb/n=2/d",
            "label=\u00e9+x/n=3/e",
            "label=__HIVE_DEFAULT_PARTITION__/n=1/f",
            "_SUCCESS");
    for (String name : names) {
      folder.put(name, name);
    }
    String select = "concat_ws('|', nvl(label, 'none'), n, decode(content, 'UTF-8'))";
    List<String> all =
        List.of(
            "none|1|label=__HIVE_DEFAULT_PARTITION__/n=1/f",
            "a b|2|label=a b/n=2/c",
            "a/b|2|label=a%2Fb/n=2/d",
            "cat|1|label=%63at/n=01/b",
            "cat|1|label=cat/n=1/a",
            "\u00e9+x|3|label=\u00e9+x/n=3/e");

    for (DataFrameReader reader :
        List.of(
            reader().option("partitionColumns", "label string, n int"),
            reader().option("recursiveFileLookup", false),
            reader().option("basePath", uri))) {
      Dataset<Row> rows = reader.options(options).load(uri);

      assertThat(texts(rows, select)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(texts(rows.filter("label = 'cat' and n = 1"), select))
          .containsExactlyInAnyOrder(all.get(3), all.get(4));
    }
    DataFrameReader named =
        reader().options(options).option("partitionColumns", "label string, n int");
    assertThat(texts(named.load(uri).filter("label in ('a/b', '\u00e9+x') or n > 2"), select))
        .containsExactlyInAnyOrder(all.get(2), all.get(5));
    assertThat(texts(named.load(uri).filter("label is null"), select)).containsExactly(all.get(0));
  }

  @Test
  void globsFindObjectsAndHiddenOnesAreLeftOut() throws IOException {
    for (String name : List.of("a/1.jpg", "a/2.png", "b/1.jpg", "b/[x].jpg", "_h/1.jpg", "c")) {
      folder.put(name, name);
    }

    assertThat(texts(reader().load(uri + "/{a,b}/*.jpg"), "decode(content, 'UTF-8')"))
        .containsExactlyInAnyOrder("a/1.jpg", "b/1.jpg", "b/[x].jpg");
    assertThat(texts(reader().load(uri + "/?/1*"), "decode(content, 'UTF-8')"))
        .containsExactlyInAnyOrder("a/1.jpg", "b/1.jpg");
    assertThat(reader().option("globPaths", false).load(uri + "/b/[x].jpg").count()).isEqualTo(1);
    assertThat(reader().option("pathGlobFilter", "*.jpg").load(uri).count()).isEqualTo(3);
    assertThatThrownBy(() -> reader().load(uri + "/*.gif").count())
        .hasMessageContaining("PATH_NOT_FOUND");
  }

  /** UTF-8, by which Spark compares, and UTF-16 order these in two ways. */
  @Test
  void keysInTheOrderOfOthersAreFoundByTheirPaths() throws IOException {
    List<String> names = List.of("a", "\uffee", "\ud83d\ude00");
    for (String name : names) {
      folder.put("x" + name, name);
    }
    Dataset<Row> rows = reader().load(uri);

    assertThat(texts(rows.orderBy("path"), "decode(content, 'UTF-8')")).isEqualTo(names);
    for (int i = 0; i < names.size(); i++) {
      String path = uri + "/x" + names.get(i);
      assertThat(rows.filter(col("path").equalTo(path)).count()).isEqualTo(1);
      assertThat(rows.filter(col("path").geq(path)).count()).isEqualTo(names.size() - i);
      assertThat(rows.filter(col("path").lt(path)).count()).isEqualTo(i);
      assertThat(reader().load(path).selectExpr("length(content)").count()).isEqualTo(1);
    }
  }

  @Test
  void whatAManifestOrATemplateNamesIsReadWithoutAListing() throws IOException {
    generator(6).save(uri);
    String manifest =
        folder.names().stream().filter(name -> name.endsWith("manifest.json")).findFirst().get();
    folder.put("list.csv", "sample_0004.bin\n%s/sample_0002.bin,%d\n".formatted(uri, SIZE));

    assertThat(
            reader()
                .option("manifest", uri + "/" + manifest)
                .load(uri)
                .selectExpr("sum(length(content))")
                .first()
                .getLong(0))
        .isEqualTo(6L * SIZE);
    assertThat(texts(reader().option("manifest", uri + "/list.csv").load(uri), "right(path, 15)"))
        .containsExactlyInAnyOrder("sample_0002.bin", "sample_0004.bin");
    assertThat(
            texts(
                reader()
                    .option("nameTemplate", "sample_{:04d}.bin")
                    .option("count", 3)
                    .load(uri)
                    .filter("length(content) > 0"),
                "right(path, 15)"))
        .containsExactly("sample_0000.bin", "sample_0001.bin", "sample_0002.bin");
    folder.put("sample_0002.bin", "other");
    assertThatThrownBy(
            () ->
                reader()
                    .option("manifest", uri + "/" + manifest)
                    .load(uri)
                    .selectExpr("sum(length(content))")
                    .collectAsList())
        .hasStackTraceContaining("sample_0002.bin");
  }

  static List<String> texts(Dataset<Row> rows, String select) {
    return rows.selectExpr(select).collectAsList().stream().map(row -> row.getString(0)).toList();
  }

  static String trace(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static long crc(ByteBuffer content) {
    CRC32 crc = new CRC32();
    crc.update(content.duplicate());
    return crc.getValue();
  }
}
