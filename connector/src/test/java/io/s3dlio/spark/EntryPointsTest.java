package io.s3dlio.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way into the data source, each with the keys that Spark puts among the options there. */
class EntryPointsTest {
  private static final SparkSession SPARK = LocalSpark.session();

  private final Path folder;

  EntryPointsTest(@TempDir Path temporary) throws IOException {
    folder = Files.createDirectory(temporary.resolve("a b%20ä"));
  }

  @BeforeEach
  void write() throws IOException {
    for (int size : new int[] {1000, 2000, 3000}) {
      Files.write(folder.resolve(size + ".bin"), new byte[size]);
    }
  }

  @AfterEach
  void forget() {
    SPARK.sql("DROP TABLE IF EXISTS t");
    SPARK.catalog().dropTempView("v");
    SPARK.conf().unset("spark.datasource.s3dlio.chunkBytes");
  }

  private static DataFrameReader reader() {
    return SPARK.read().format("s3dlio");
  }

  private static long bytes(Dataset<Row> rows) {
    return rows.selectExpr("sum(length(content))").first().getLong(0);
  }

  private void define(String rest) {
    SPARK.sql("CREATE TABLE t USING s3dlio " + rest);
  }

  private String options(String more) {
    return "OPTIONS (path '%s'%s)".formatted(folder, more);
  }

  @Test
  void loadTakesAPathSeveralAndThoseOfTheOptions() {
    String path = folder.toString();
    String one = path + "/1000.bin";
    String other = path + "/2000.bin";

    assertThat(bytes(reader().load(path))).isEqualTo(6000);
    assertThat(bytes(reader().load(one, other))).isEqualTo(3000);
    assertThat(bytes(reader().option("path", path).load())).isEqualTo(6000);
    assertThat(bytes(reader().option("PATH", path).load())).isEqualTo(6000);
    assertThat(bytes(reader().option("paths", "[\"%s\"]".formatted(one)).load())).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"provider", "owner", "location", "checkpointLocation", "option.prefetch"})
  void keysThatSparkPutsElsewhereAreNoOptionsOfALoad(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader().option(key, "1").load(folder.toString()))
        .withMessageContaining("'%s' is unknown", key.toLowerCase(java.util.Locale.ROOT));
  }

  @Test
  void aTemporaryViewTakesOptions() {
    SPARK.sql("CREATE TEMPORARY VIEW v USING s3dlio " + options(", chunkBytes '500'"));

    assertThat(SPARK.table("v").count()).isEqualTo(12);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SPARK.sql("CREATE TEMPORARY VIEW w USING s3dlio " + options(", prefech '1'")))
        .withMessageContaining("did you mean 'prefetch'?");
  }

  @Test
  void theOptionsOfATableHoldUnlessTheReadHasItsOwn() {
    define(options(", chunkBytes '500', onExisting 'skip'"));
    SPARK.conf().set("spark.datasource.s3dlio.chunkBytes", "100");

    assertThat(SPARK.sql("SELECT * FROM t").count()).isEqualTo(12);
    assertThat(SPARK.read().table("t").count()).isEqualTo(12);
    assertThat(SPARK.read().option("chunkBytes", "1000").table("t").count()).isEqualTo(6);
    assertThat(SPARK.sql("SELECT content FROM t").queryExecution().explainString(extended()))
        .contains("chunkBytes=500 (table)");
  }

  private static org.apache.spark.sql.execution.ExplainMode extended() {
    return org.apache.spark.sql.execution.ExplainMode.fromString("extended");
  }

  @Test
  void aTableMayBeDefinedByItsPlaceAndHaveProperties() {
    define("LOCATION '%s' COMMENT 'c' TBLPROPERTIES ('a'='b', 'prefetch'='no')".formatted(folder));

    assertThat(bytes(SPARK.table("t"))).isEqualTo(6000);
    assertThat(SPARK.sql("SELECT etag FROM t WHERE path LIKE '%/1000.bin'").count()).isEqualTo(1);
    SPARK.sql("DROP TABLE t");
    assertThat(folder.resolve("1000.bin")).exists();
  }

  @Test
  void aTableMayHaveTheColumnsOfDirectories() throws IOException {
    Path train = folder.resolve("train");
    Files.write(Files.createDirectories(train.resolve("label=cat")).resolve("1"), new byte[7]);
    define("OPTIONS (partitionColumns 'label string') LOCATION '%s'".formatted(train));

    assertThat(SPARK.sql("SELECT sum(length) FROM t WHERE label = 'cat'").first().getLong(0))
        .isEqualTo(7);
    assertThat(SPARK.table("t").columns()).contains("content", "label");
  }

  @Test
  void aTableMayBeDefinedThroughTheCatalog() {
    Dataset<Row> made =
        SPARK.catalog().createTable("t", "s3dlio", Map.of("path", "" + folder, "chunkBytes", "1k"));

    assertThat(made.count()).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({
    "prefech '1', 'prefech' is unknown (did you mean 'prefetch'?)",
    "prefetch 'no', Invalid prefetch: 'no'",
    "onExisting 'no', Invalid onExisting: 'no'",
    "memoryBudget '1gb', it is a JVM option",
    "pinMemory 'true', it is one of s3dlio's loaders",
  })
  void aTableOfBadOptionsIsNotDefined(String option, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> define(options(", " + option)))
        .withMessageContaining(message);
    assertThat(SPARK.catalog().tableExists("t")).isFalse();
  }

  @Test
  void aTableWithoutAPlaceIsNotDefined() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> define(""))
        .withMessageContaining("give the table a LOCATION");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://bucket/x", "direct:///x"})
  void anOptionOfAnotherStoreIsRefusedWhereverItIsSet(String path) {
    String message = "'pageCacheMode' (it means something for file:// alone)";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader().option("pageCacheMode", "dontneed").load(path).count())
        .withMessageContaining(message);
    define("OPTIONS (path '%s', pageCacheMode 'dontneed')".formatted(path));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SPARK.table("t").count())
        .withMessageContaining(message);
  }

  @Test
  void rowsAreInsertedByTheirNamesWithTheOptionsOfTheTable() throws Exception {
    define(options(", onExisting 'skip'"));

    SPARK.sql("INSERT INTO t SELECT 'new' AS name, CAST('abc' AS BINARY) AS content");
    SPARK.sql("INSERT INTO t SELECT 'new' AS name, CAST('skipped' AS BINARY) AS content");
    rows("to").writeTo("t").append();
    rows("into").write().insertInto("t");
    rows("as").write().format("s3dlio").mode("append").saveAsTable("t");

    assertThat(folder.resolve("new")).hasContent("abc");
    assertThat(Stream.of("to", "into", "as"))
        .allSatisfy(name -> assertThat(folder.resolve(name)).hasContent("x"));
  }

  private static Dataset<Row> rows(String name) {
    return SPARK.sql("SELECT '%s' AS name, CAST('x' AS BINARY) AS content".formatted(name));
  }

  @Test
  void aTableIsOverwrittenOnlyIfItMayBeAndNotFromItself() {
    String insert = "INSERT OVERWRITE t SELECT 'new' AS name, CAST('abc' AS BINARY) AS content";
    define(options(""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SPARK.sql(insert))
        .withMessageContaining("overwritePrefix");
    SPARK.sql("DROP TABLE t");
    define(options(", overwritePrefix 'true'"));

    assertThatThrownBy(
            () ->
                SPARK.sql(
                    "INSERT OVERWRITE t SELECT 'new' AS name, content FROM t WHERE length = 1000"))
        .hasMessageContaining("which it would delete while it is read");
    assertThat(folder.resolve("1000.bin")).exists();
    SPARK.sql(insert);
    assertThat(folder.resolve("new")).hasContent("abc");
    assertThat(folder.resolve("1000.bin")).doesNotExist();
  }

  @Test
  void aTableIsNotDefinedWithTheColumnsOfRowsToBeWritten() {
    String columns = "CREATE TABLE t (name string, content binary) USING s3dlio ";
    List<Runnable> ways =
        List.of(
            () -> SPARK.sql(columns + options("")),
            () -> define(options("") + " AS SELECT 'a' AS name, CAST('x' AS BINARY) AS content"),
            () -> rows("a").write().format("s3dlio").option("path", "" + folder).saveAsTable("t"));
    for (Runnable way : ways) {
      assertThatThrownBy(way::run)
          .isInstanceOf(AnalysisException.class)
          .hasMessageContaining("DATA_SOURCE_TABLE_SCHEMA_MISMATCH");
    }
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void whatIsNotSupportedIsToldByName() {
    String path = folder.toString();
    assertThatThrownBy(() -> SPARK.readStream().format("s3dlio").load(path))
        .hasMessageContaining("s3dlio does not support streamed reading");
    assertThatThrownBy(
            () ->
                SPARK
                    .readStream()
                    .format("rate")
                    .load()
                    .writeStream()
                    .format("s3dlio")
                    .option("checkpointLocation", path + "/checkpoint")
                    .option("path", path)
                    .start())
        .hasMessageContaining("s3dlio does not support streamed writing");
    assertThatThrownBy(() -> rows("a").write().format("s3dlio").save(path))
        .hasMessageContaining("UNSUPPORTED_DATA_SOURCE_SAVE_MODE");
    assertThatThrownBy(() -> SPARK.sql("SELECT * FROM s3dlio.`%s`".formatted(path)))
        .hasMessageContaining("UNSUPPORTED_DATASOURCE_FOR_DIRECT_QUERY");
  }
}
