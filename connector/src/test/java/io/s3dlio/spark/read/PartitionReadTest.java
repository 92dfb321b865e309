package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.execution;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The columns of directories: as {@code binaryFile} has them, and what it does not do. */
class PartitionReadTest {
  private static final String NULL = "__HIVE_DEFAULT_PARTITION__";
  private static final List<String> LABELS =
      List.of("cat", "a b", "c%3Ad", "c%25", "dog", "\u00e9", "%63at", "Z", NULL);
  private static final List<String> NUMBERS = List.of("1", "01", "-7", "40", NULL);
  private static final List<String> DAYS = List.of("2024-01-31", "1969-12-01", NULL);
  private static final String COLUMNS = "label string, n int, d date";
  private static final int ROUNDS = 60;

  private final SparkSession spark = LocalSpark.session();
  private final Path directory;
  private Random random = new Random(0);

  PartitionReadTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Path tree() throws IOException {
    int size = 1;
    for (String label : LABELS) {
      for (String n : NUMBERS) {
        for (String d : DAYS) {
          if (size % 3 != 0 || size < 30) {
            file(directory, "label=%s/n=%s/d=%s/%d.bin".formatted(label, n, d, size), size);
          }
          size++;
        }
      }
    }
    return directory;
  }

  private static DataFrameReader binaryFile() {
    return LocalSpark.session().read().format("binaryFile");
  }

  private static DataFrameReader ours() {
    return s3dlio("columnar");
  }

  /** Columns that only we have, and those that are written in another way, left out. */
  private static List<String> rows(Dataset<Row> rows) {
    List<String> columns =
        Stream.concat(
                Stream.of("regexp_replace(path, '^file:/+', '/')", "length"),
                Arrays.stream(rows.columns())
                    .filter(
                        name ->
                            !List.of("path", "length", "offset", "content", "modificationTime")
                                .contains(name)))
            .toList();
    return rows.selectExpr(columns.toArray(new String[0])).collectAsList().stream()
        .map(row -> row.mkString("|"))
        .sorted()
        .toList();
  }

  private static List<String> partitionSchema(Dataset<Row> rows) {
    return Arrays.stream(rows.schema().fields())
        .filter(field -> ReadSchema.TABLE.getFieldIndex(field.name()).isEmpty())
        .map(StructField::toString)
        .toList();
  }

  private void assertAlike(DataFrameReader ours, DataFrameReader theirs, String... paths) {
    Dataset<Row> here = ours.load(paths);
    Dataset<Row> there = theirs.load(paths);

    assertThat(partitionSchema(here)).isEqualTo(partitionSchema(there));
    assertThat(rows(here)).isEqualTo(rows(there)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void directoriesGiveTheColumnsThatSparkFinds(String mode) throws IOException {
    tree();

    assertAlike(
        s3dlio(mode).option("recursiveFileLookup", false), binaryFile(), directory.toString());
    assertAlike(
        s3dlio(mode).option("basePath", directory.toString()),
        binaryFile().option("basePath", directory.toString()),
        directory + "/label=cat",
        directory + "/label=dog/n=40");
    assertThat(
            partitionSchema(
                s3dlio(mode).option("recursiveFileLookup", false).load(directory.toString())))
        .containsExactly(
            "StructField(label,StringType,true)",
            "StructField(n,IntegerType,true)",
            "StructField(d,DateType,true)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void namedColumnsAreTheSameRows(String mode) throws IOException {
    tree();
    Dataset<Row> named =
        s3dlio(mode).option("partitionColumns", COLUMNS).load(directory.toString());

    assertThat(rows(named)).isEqualTo(rows(binaryFile().load(directory.toString())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "k=1, k=2; INT",
        "k=1, k=20000000000; BIGINT",
        "k=1, k=2.5; DOUBLE",
        "k=1, k=x; STRING",
        "k=2024-01-01 10%3A00%3A00, k=2024-01-02 11%3A30%3A00; TIMESTAMP",
        "k=2024-01-01, k=2024-01-02 11%3A30%3A00; TIMESTAMP",
        "k=123456789012345678901234, k=1; DECIMAL(24,0)",
        "k=true, k=false; STRING",
      })
  void typesAreInferredAsSparkDoes(String directories, String type) throws IOException {
    for (String name : directories.split(", ")) {
      file(directory, name + "/x", 3);
    }

    assertAlike(ours().option("recursiveFileLookup", false), binaryFile(), directory.toString());
    assertThat(
            ours()
                .option("recursiveFileLookup", false)
                .load(directory.toString())
                .schema()
                .apply("k")
                .dataType()
                .sql())
        .isEqualTo(type);
  }

  @Test
  void withoutInferenceAllIsText() throws IOException {
    file(directory, "k=1/x", 3);
    spark.conf().set("spark.sql.sources.partitionColumnTypeInference.enabled", false);
    try {
      assertAlike(ours().option("recursiveFileLookup", false), binaryFile(), directory.toString());
    } finally {
      spark.conf().unset("spark.sql.sources.partitionColumnTypeInference.enabled");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BOOLEAN|true",
        "TINYINT|-8",
        "SMALLINT|300",
        "INT|7",
        "BIGINT|20000000000",
        "FLOAT|1.5",
        "DOUBLE|-2.25",
        "DECIMAL(10,2)|3.14",
        "DATE|2024-02-29",
        "TIMESTAMP|2024-02-29 10%3A00%3A00",
        "TIMESTAMP_NTZ|2024-02-29 10%3A00%3A00",
        "STRING|a b%2Fc"
      })
  void everyTypeIsReadInBothModes(String column) throws IOException {
    String type = column.substring(0, column.indexOf('|'));
    String value = column.substring(column.indexOf('|') + 1);
    file(directory, "k=" + value + "/x", 3);
    file(directory, "k=" + NULL + "/y", 4);
    for (String mode : List.of("columnar", "rows")) {
      Dataset<Row> rows =
          s3dlio(mode)
              .option("partitionColumns", "k " + type)
              .load(directory.toString())
              .selectExpr(
                  "length", "k = cast('%s' as %s)".formatted(plain(value), type), "k", "content");

      List<Row> read = rows.orderBy("length").collectAsList();

      assertThat(read.get(0).get(1)).as(mode).isEqualTo(true);
      assertThat(read.get(1).get(2)).as(mode).isNull();
      assertThat(rows.schema().apply("k").dataType().sql()).isEqualTo(type);
    }
  }

  private static String plain(String value) {
    return value.replace("%3A", ":").replace("%2F", "/");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomPredicatesLeaveTheSameObjects(long seed) throws IOException {
    tree();
    random = new Random(seed);
    Dataset<Row> theirs = binaryFile().load(directory.toString()).drop("content").localCheckpoint();
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String condition = predicate(3);

      // A table of its own, so that each condition narrows what is listed.
      Dataset<Row> filtered =
          s3dlio("rows")
              .option("partitionColumns", COLUMNS)
              .load(directory.toString())
              .drop("content")
              .filter(condition);

      assertThat(rows(filtered)).as(condition).isEqualTo(rows(theirs.filter(condition)));
      answered += execution(filtered).optimizedPlan().toString().contains("Filter ") ? 0 : 1;
    }
    assertThat(answered).as("predicates that the listing answered").isGreaterThan(ROUNDS / 3);
  }

  private String predicate(int depth) {
    return switch (depth == 0 ? 3 + random.nextInt(6) : random.nextInt(9)) {
      case 0 -> "(%s and %s)".formatted(predicate(depth - 1), predicate(depth - 1));
      case 1 -> "(%s or %s)".formatted(predicate(depth - 1), predicate(depth - 1));
      case 2 -> "not (%s)".formatted(predicate(depth - 1));
      case 3 -> "label %s '%s'".formatted(operator(), label());
      case 4 -> "n %s %d".formatted(operator(), random.nextInt(50) - 8);
      case 5 -> "d %s date'%s'".formatted(operator(), day());
      case 6 -> one("label in ('%1$s', 'x', null)", "n in (1, 40)", "d in (date'%2$s')");
      case 7 -> one("label is null", "n is not null", "d is null", "length %3$s 50");
      default ->
          one(
              "label like 'c%%'",
              "startswith(label, '%1$s')",
              "label like '%%a%%'",
              "label between 'b' and '%1$s'",
              "n between -7 and 2",
              "n %3$s 1.5",
              "cast(n as string) = '1'",
              "year(d) = 2024",
              "upper(label) = 'CAT'",
              "label <=> null",
              "n <=> 1",
              "n = length",
              "cast(n as string) = label");
    };
  }

  private String one(String... templates) {
    return templates[random.nextInt(templates.length)].formatted(label(), day(), operator());
  }

  private String label() {
    return List.of("cat", "a b", "c:d", "c%", "\u00e9", "none", "").get(random.nextInt(7));
  }

  private String day() {
    return List.of("2024-01-31", "1969-12-01", "2030-01-01").get(random.nextInt(3));
  }

  private String operator() {
    return List.of("=", "<", "<=", ">", ">=", "<>", "<=>").get(random.nextInt(7));
  }

  @Test
  void aggregatesAndOrdersOfThemComeFromTheListing() throws IOException {
    tree();
    Dataset<Row> theirs = binaryFile().load(directory.toString()).drop("content").localCheckpoint();
    Dataset<Row> ours = ours().option("partitionColumns", COLUMNS).load(directory.toString());
    String[] aggregates = {
      "count(label)", "count(n)", "min(label)", "max(label)", "min(n)", "max(n)", "min(d)", "max(d)"
    };

    Dataset<Row> answer = ours.selectExpr(aggregates);

    assertThat(answer.first()).isEqualTo(theirs.selectExpr(aggregates).first());
    assertThat(execution(answer).executedPlan().toString()).contains("LocalTableScan");
    for (String order : List.of("n asc", "n desc", "n asc nulls last", "d desc nulls first")) {
      String[] by = order.split(" ", 2);
      Dataset<Row> first = ours.orderBy(functions.expr(by[0]).isNull(), functions.col("length"));
      assertThat(first.count()).isPositive();
      assertThat(top(ours, order)).as(order).isEqualTo(top(theirs, order));
    }
  }

  private List<String> top(Dataset<Row> rows, String order) {
    rows.createOrReplaceTempView("partition_read_test");
    return spark
        .sql(
            "select length, label, n, d from partition_read_test order by %s, length limit 11"
                .formatted(order))
        .collectAsList()
        .stream()
        .map(Row::toString)
        .toList();
  }

  @Test
  void aJoinWithLabelsReadsTheirObjectsAlone() throws IOException {
    tree();
    Dataset<Row> wanted =
        spark.sql("select 'cat' as label, 'x' as kind union all select 'dog', 'y'");
    wanted.write().mode("overwrite").parquet(directory.resolveSibling("wanted").toString());
    Dataset<Row> manifest =
        spark.read().parquet(directory.resolveSibling("wanted").toString()).filter("kind = 'y'");
    Dataset<Row> joined =
        ours()
            .option("partitionColumns", COLUMNS)
            .load(directory.toString())
            .join(functions.broadcast(manifest), "label");

    long rows = joined.collectAsList().size();

    assertThat(rows)
        .isEqualTo(binaryFile().load(directory.toString()).filter("label = 'dog'").count());
    assertThat(execution(joined).executedPlan().toString()).contains("RuntimeFilters: [dynamic");
  }

  @Test
  void pathsInsideOfDirectoriesHaveTheirColumnsWithABasePathAlone() throws IOException {
    tree();
    String inside = directory + "/label=cat";

    assertAlike(ours().option("recursiveFileLookup", false), binaryFile(), inside);
    assertAlike(
        ours().option("basePath", directory.toString()),
        binaryFile().option("basePath", directory.toString()),
        inside);
    assertAlike(
        ours().option("basePath", directory.toString()),
        binaryFile().option("basePath", directory.toString()),
        directory + "/label=*/n=1");
    assertAlike(
        ours().option("recursiveFileLookup", false),
        binaryFile(),
        directory + "/label=c*/n=1/d=2024-01-31");
    assertAlike(
        ours().option("basePath", directory.toString()),
        binaryFile().option("basePath", directory.toString()),
        directory + "/label=cat/n=1/d=2024-01-31/1.bin");
  }

  @Test
  void objectsOutsideOfThePartitionsAreLeftOutAsSparkDoes() throws IOException {
    file(directory, "k=1/x", 3);
    file(directory, "k=2/deeper/y", 4);
    file(directory, "readme", 5);
    file(directory, "_SUCCESS", 1);

    assertAlike(ours().option("recursiveFileLookup", false), binaryFile(), directory.toString());
  }

  @Test
  void whereNoDirectoryGivesAColumnObjectsBelowOthersAreNotRead() throws IOException {
    file(directory, "a/x", 3);
    file(directory, "y", 4);

    assertAlike(ours().option("recursiveFileLookup", false), binaryFile(), directory.toString());
    assertThat(ours().option("basePath", directory.toString()).load(directory.toString()).count())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"k=1/x, other/y", "k=1/x, k=1/l=2/y", "k=1/x, l=1/x", "k=1/l=2/x, l=1/k=2/x"})
  void contradictingDirectoriesFailAsInSpark(String names) throws IOException {
    for (String name : names.split(", ")) {
      file(directory, name, 3);
    }

    Throwable theirs = failure(binaryFile());
    Throwable ours = failure(ours().option("recursiveFileLookup", false));

    assertThat(ours).hasSameClassAs(theirs);
    assertThat(firstLine(ours)).isEqualTo(firstLine(theirs));
  }

  private Throwable failure(DataFrameReader reader) {
    try {
      reader.load(directory.toString());
    } catch (Throwable e) {
      return e;
    }
    throw new AssertionError("nothing failed");
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  @Test
  void anObjectWithoutItsDirectoryIsAnErrorThatNamesIt() throws IOException {
    file(directory, "label=cat/x", 3);
    file(directory, "stray", 4);
    Dataset<Row> rows =
        ours().option("partitionColumns", "label string").load(directory.toString());

    assertThatThrownBy(() -> rows.select("label").collectAsList())
        .rootCause()
        .hasMessageContaining(
            "Cannot read file://%s/stray: its path has no directory 'label=...'"
                .formatted(directory))
        .hasMessageContaining("basePath");
    assertThatThrownBy(() -> rows.filter("label = 'cat'").collectAsList())
        .hasMessageContaining("stray");
  }

  @ParameterizedTest
  @CsvSource({
    "k=x, int",
    "k=300, tinyint",
    "k=70000, smallint",
    "k=2024-13-01, date",
    "k=maybe, boolean",
    "k=123.45, 'decimal(4,2)'",
    "k=noon, timestamp",
    "k=99999999999, int"
  })
  void aValueThatIsNotOfTheTypeIsAnErrorThatNamesIt(String name, String type) throws IOException {
    file(directory, name + "/x", 3);
    for (String ansi : List.of("true", "false")) {
      spark.conf().set("spark.sql.ansi.enabled", ansi);
      try {
        Dataset<Row> rows =
            ours().option("partitionColumns", "k " + type).load(directory.toString());

        assertThatThrownBy(() -> rows.select("k").collectAsList())
            .hasStackTraceContaining(
                "Cannot read file://%s/%s/x: '%2$s'".formatted(directory, name))
            .hasStackTraceContaining("for the column 'k'")
            .hasStackTraceContaining("partitionColumns")
            .rootCause()
            .as("what is wrong with the value")
            .hasMessageNotContaining("Cannot read");
      } finally {
        spark.conf().unset("spark.sql.ansi.enabled");
      }
    }
  }

  @Test
  void caseOfNamesMattersAsInSpark() throws IOException {
    file(directory, "Label=cat/x", 3);
    DataFrameReader reader = ours().option("partitionColumns", "label string");

    assertThat(reader.load(directory.toString()).filter("LABEL = 'cat'").count()).isEqualTo(1);
    spark.conf().set("spark.sql.caseSensitive", true);
    try {
      Dataset<Row> rows = reader.load(directory.toString());
      assertThatThrownBy(() -> rows.select("label").collectAsList())
          .rootCause()
          .hasMessageContaining("no directory 'label=...'");
    } finally {
      spark.conf().unset("spark.sql.caseSensitive");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "label; must be columns and their types",
        "label array<string>; 'label' is of type ARRAY<STRING>",
        "label varchar(3); 'label' is of type VARCHAR(3)",
        "label string not null; leave NOT NULL out",
        "Path string; there is a column of that name",
        "_parent string; there is a column of that name",
        "a string, A int; there is a column of that name",
      })
  void columnsThatCannotBeAreRefused(String columns, String reason) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ours().option("partitionColumns", columns).load(directory.toString()))
        .withMessageContaining(reason);
  }

  @Test
  void aBasePathStandsAboveEveryPath() throws IOException {
    file(directory, "a/k=1/x", 3);

    for (String path : List.of("/b", "/ab", "/*/x")) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> ours().option("basePath", directory + "/a").load(directory + path))
          .withMessageContaining("Invalid basePath")
          .withMessageContaining("is not below it");
    }
  }

  @Test
  void aSchemaOfTheUserHasTheColumnsOfDirectories() throws IOException {
    tree();
    StructType whole = ReadSchema.TABLE.add("label", "string").add("n", "int").add("d", "date");
    String path = directory.toString();

    assertThat(ours().schema(whole).option("partitionColumns", COLUMNS).load(path).count())
        .isEqualTo(ours().schema(whole).option("basePath", path).load(path).count())
        .isPositive();
    assertThat(rows(ours().schema(whole).option("basePath", path).load(path)))
        .isEqualTo(rows(binaryFile().load(path)));
    Dataset<Row> unnamed = ours().schema(whole).load(path);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(unnamed::count)
        .withMessageContaining("name columns of directories with partitionColumns");
    Dataset<Row> other =
        ours().schema(ReadSchema.TABLE.add("label", "int")).option("basePath", path).load(path);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(other::count)
        .withMessageContaining("leave the schema out");
  }

  @Test
  void loadingWithNamedColumnsLooksAtNothing() {
    Dataset<Row> rows =
        ours().option("partitionColumns", "label string").load(directory + "/nothing");

    assertThat(rows.columns()).endsWith("content", "label");
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> rows.filter("label = 'x'").count())
        .withMessageContaining("PATH_NOT_FOUND");
  }

  @Test
  void aManifestsObjectsHaveTheColumns() throws IOException {
    tree();
    Path list = directory.resolveSibling("list.csv");
    Files.writeString(
        list, "path\nlabel=cat/n=1/d=2024-01-31/1.bin\nlabel=cat/n=01/d=2024-01-31/4.bin\n");
    DataFrameReader reader = ours().option("manifest", list.toString());

    assertThat(
            reader
                .option("partitionColumns", COLUMNS)
                .load(directory.toString())
                .filter("n = 1 and label = 'cat'")
                .count())
        .isEqualTo(2);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                ours()
                    .option("manifest", list.toString())
                    .option("basePath", directory.toString())
                    .load(directory.toString()))
        .withMessageContaining("partitionColumns");
  }

  @Test
  void chunksOfAnObjectHaveItsColumns() throws IOException {
    file(directory, "k=1/x", 10);
    file(directory, "k=2/x", 5);

    List<Row> rows =
        ours()
            .option("partitionColumns", "k int")
            .option("chunkBytes", 4)
            .load(directory.toString())
            .groupBy("k")
            .count()
            .orderBy("k")
            .collectAsList();

    assertThat(rows).map(Row::toString).containsExactly("[1,3]", "[2,2]");
  }

  @Test
  void metricsTellThatOtherDirectoriesWereNotRead() throws IOException {
    tree();
    Dataset<Row> cats =
        ours()
            .option("partitionColumns", COLUMNS)
            .load(directory.toString())
            .filter("label = 'cat' and n = 1")
            .select("content");

    long rows = cats.collectAsList().size();

    assertThat(metric(cats, "objects")).isEqualTo(rows).isPositive();
  }
}
