package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.execution;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.adaptive.QueryStageExec;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/** What the listing answers of a query, and that it answers as Spark would. */
class PushDownTest {
  private static final int FILES = 40;

  private final SparkSession spark = LocalSpark.session();
  private final Path directory;
  private final Path objects;

  PushDownTest(@TempDir Path directory) {
    this.directory = directory;
    this.objects = directory.resolve("objects");
  }

  @BeforeEach
  void write() throws IOException {
    for (int i = 0; i < FILES; i++) {
      file(objects, (i % 2 == 0 ? "even/" : "odd/") + i, i);
    }
  }

  private Dataset<Row> rows() {
    return s3dlio("columnar").load(objects.toString());
  }

  private static String optimized(Dataset<Row> rows) {
    return execution(rows).optimizedPlan().toString();
  }

  private static String planned(Dataset<Row> rows) {
    return execution(rows).executedPlan().toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "length >= 30; 10",
        "30 <= length; 10",
        "length between 3 and 5 or length = 7; 4",
        "not (length < 39); 1",
        "length in (1, 2, 99); 2",
        "length > 3.5; 36",
        "length <=> 5; 1",
        "path like '%/even/%'; 20",
        "path like '%9'; 4",
        "contains(path, 'odd/1'); 6",
        "modificationTime > timestamp_millis(1700000000037); 2",
        "offset = 0; 40",
        "offset > 0; 0",
        "length > offset; 39",
        "etag is not null and path is not null; 40",
        "length = 4 and path like '%4'; 1",
      })
  void filtersOnWhatIsListedAreTheListings(String condition, int expected) {
    Dataset<Row> filtered = rows().filter(condition).selectExpr("path", "length(content)");

    assertThat(filtered.collectAsList()).hasSize(expected);
    assertThat(optimized(filtered)).doesNotContain("Filter ");
    assertThat(metric(filtered, "objects")).as("planned").isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "length(content) > 30; 9",
        "upper(path) like '%EVEN/%'; 20",
        "path like '%/even/_'; 5",
        "cast(length as string) like '1%'; 11",
        "length = 7 or length(content) = 8; 2",
        "year(modificationTime) < 1970; 0",
      })
  void otherFiltersAreLeftToSpark(String condition, int expected) {
    Dataset<Row> filtered = rows().filter(condition);

    assertThat(filtered.collectAsList()).hasSize(expected);
    assertThat(optimized(filtered)).contains("Filter ");
  }

  @Test
  void theListingTakesItsPartOfAFilter() {
    Dataset<Row> filtered = rows().filter("length > 37 and length(content) > 38");

    assertThat(filtered.collectAsList()).hasSize(1);
    assertThat(metric(filtered, "objects")).isEqualTo(2);
  }

  @Test
  void offsetsOfChunksAreLeftToSpark() {
    Dataset<Row> chunks = s3dlio("columnar").option("chunkBytes", 10).load(objects.toString());

    assertThat(chunks.filter("offset >= 30").collectAsList()).hasSize(9);
    assertThat(chunks.filter("length = 35").collectAsList()).hasSize(4);
    assertThat(optimized(chunks.filter("offset >= 30"))).contains("Filter ");
    assertThat(optimized(chunks.filter("length = 35"))).doesNotContain("Filter ");
  }

  @Test
  void explainShowsTheFiltersAndHowManyObjectsTheyLeave() {
    Dataset<Row> rows = rows();
    Dataset<Row> filtered = rows.filter("length > 37 and path like '%9'");

    assertThat(planned(filtered)).contains("not listed yet, filters: [length > 37, path LIKE '%9'");
    assertThat(filtered.collectAsList()).hasSize(1);
    assertThat(planned(rows.filter("length > 37"))).contains("2 objects of 77 bytes");
  }

  @Test
  void statisticsAreThoseOfTheObjectsThatAreLeft() {
    Dataset<Row> filtered = rows().filter("length >= 38");

    assertThat(execution(filtered).optimizedPlan().stats().rowCount().get().longValue())
        .isEqualTo(2);
    assertThat(execution(filtered).optimizedPlan().stats().sizeInBytes().longValue())
        .isBetween(77L, 1000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count(*)",
        "count(1)",
        "count(length), count(path), count(modificationTime)",
        "sum(length)",
        "avg(length)",
        "min(length), max(length)",
        "min(modificationTime), max(modificationTime)",
        "min(path), max(path)",
        "max(length) - min(length) + count(*)",
        "count(*), sum(length), max(modificationTime), min(path), max(etag)",
        "count(distinct length), sum(length)",
        "count(content), max(length)",
        "sum(length + 1)",
        "any_value(length) is null",
      })
  void aggregatesAreWhatSparkMakesOfTheRows(String aggregates) {
    for (int chunkBytes : new int[] {1000, 7}) {
      for (String condition : List.of("true", "length > 17", "path like '%none'")) {
        Dataset<Row> rows =
            s3dlio("columnar").option("chunkBytes", chunkBytes).load(objects.toString());
        Dataset<Row> pushed = rows.filter(condition).selectExpr(aggregates.split(", "));
        Dataset<Row> sparks =
            rows.filter(condition + " and length(path) > 0").selectExpr(aggregates.split(", "));

        assertThat(pushed.collectAsList())
            .as("%s where %s", aggregates, condition)
            .isEqualTo(sparks.collectAsList());
        assertThat(pushed.schema()).isEqualTo(sparks.schema());
      }
    }
  }

  @Test
  void aggregatesOfTheListingTakeNoTask() {
    assertThat(isAnswered("count(*)")).isTrue();
    assertThat(isAnswered("sum(length)", "max(modificationTime)", "min(path)")).isTrue();
    assertThat(isAnswered("count(content)")).isFalse();
    assertThat(isAnswered("count(distinct length)")).isFalse();
    assertThat(isAnswered("max(length + 1)")).isFalse();
    assertThat(planned(rows().groupBy("path").count())).doesNotContain("BatchScan");
    assertThat(planned(rows().groupBy("_parent").count())).doesNotContain("BatchScan");
    assertThat(planned(rows().groupBy(functions.col("length").plus(1)).count()))
        .contains("BatchScan");
    assertThat(planned(rows().filter("length(content) > 3").selectExpr("count(*)")))
        .contains("BatchScan");
    assertThat(planned(rows().filter("length > 3").selectExpr("count(*)")))
        .doesNotContain("BatchScan");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "_parent; count(*)",
        "_parent; count(*), sum(length), min(path), max(modificationTime)",
        "_parent; avg(length)",
        "_parent, length; count(*)",
        "length; max(path)",
        "_parent; count(distinct length)",
        "_parent; sum(length(content))",
        "upper(_parent); count(*)",
        "_parent; any_value(1)",
      })
  void groupsAreWhatSparkMakesOfTheRows(String keys, String aggregates) {
    for (int chunkBytes : new int[] {1000, 7}) {
      for (String condition : List.of("true", "length > 17", "path like '%none'")) {
        Dataset<Row> rows =
            s3dlio("columnar").option("chunkBytes", chunkBytes).load(objects.toString());
        rows.select("*", "_parent").createOrReplaceTempView("grouped");
        String query = "SELECT %s, %s FROM grouped WHERE %s%s GROUP BY %s ORDER BY ALL";
        Dataset<Row> pushed = spark.sql(query.formatted(keys, aggregates, condition, "", keys));
        Dataset<Row> sparks =
            spark.sql(query.formatted(keys, aggregates, condition, " AND length(path) > 0", keys));

        assertThat(pushed.collectAsList())
            .as("%s by %s where %s", aggregates, keys, condition)
            .isEqualTo(sparks.collectAsList());
        assertThat(pushed.schema()).isEqualTo(sparks.schema());
      }
    }
  }

  @Test
  void filtersOnTheParentAreAnsweredByTheListing() {
    Dataset<Row> rows = rows().filter("_parent like '%/even' and _parent <> 'x'").select("path");

    assertThat(rows.collectAsList()).hasSize(20);
    assertThat(planned(rows)).doesNotContain("Filter (").contains("filters: [");
  }

  @Test
  void anOffsetSkipsObjectsThatAreNotRead() {
    Dataset<Row> rest = rows().select("path", "content").offset(35);

    assertThat(rest.collectAsList())
        .isEqualTo(rows().select("path", "content").collectAsList().subList(35, 40));
    assertThat(planned(rest)).contains("offset: 35 rows");
    assertThat(metric(rest, "objects")).isEqualTo(5);
    assertThat(rows().offset(40).collectAsList()).isEmpty();
    assertThat(rows().offset(41).count()).isZero();
    assertThat(rows().filter("length >= 30").offset(3).count()).isEqualTo(7);
    assertThat(rows().filter("length >= 30").limit(5).offset(3).count()).isEqualTo(2);
    assertThat(rows().offset(38).limit(5).count()).isEqualTo(2);
    assertThat(
            s3dlio("columnar").option("chunkBytes", 7).load(objects.toString()).offset(3).count())
        .as("of rows, not of objects")
        .isEqualTo(s3dlio("columnar").option("chunkBytes", 7).load(objects.toString()).count() - 3);
  }

  private boolean isAnswered(String... aggregates) {
    return !planned(rows().selectExpr(aggregates)).contains("BatchScan");
  }

  /** A file with a hole: its length squared is more than a sum holds. */
  @Test
  void aSumThatDoesNotFitIsLeftToSpark() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(objects.resolve("hole").toFile(), "rw")) {
      file.setLength(4L << 30);
    }
    Dataset<Row> rows = s3dlio("columnar").option("chunkBytes", 1).load(objects.toString());

    assertThat(optimized(rows.selectExpr("sum(length)"))).contains("Aggregate ");
    assertThat(rows.selectExpr("count(*)").first().getLong(0)).isGreaterThan(4L << 30);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 39, 40, 100})
  void aLimitReadsNoMoreObjectsThanItNeeds(int limit) {
    Dataset<Row> limited = rows().selectExpr("length(content)").limit(limit);

    assertThat(limited.collectAsList()).hasSize(Math.min(limit, FILES));
    assertThat(metric(limited, "objects")).isLessThanOrEqualTo(Math.min(limit, FILES));
    assertThat(planned(limited)).contains("limit: " + limit + " rows");
  }

  @Test
  void aLimitOfChunksAndOneWithAnOffsetAreExact() {
    Dataset<Row> chunks = s3dlio("columnar").option("chunkBytes", 10).load(objects.toString());

    assertThat(chunks.limit(7).collectAsList()).hasSize(7);
    assertThat(chunks.count()).isEqualTo(97);
    assertThat(chunks.limit(1000).collectAsList()).hasSize(97);
    assertThat(rows().offset(35).limit(10).collectAsList()).hasSize(5);
    assertThat(rows().limit(10).filter("length >= 0").collectAsList()).hasSize(10);
    assertThat(rows().filter("length(content) = 20").limit(5).collectAsList()).hasSize(1);
    assertThat(rows().limit(0).collectAsList()).isEmpty();
  }

  @Test
  void withFilesThatMayGoMissingALimitIsSparksAlone() {
    Dataset<Row> limited =
        s3dlio("columnar").option("ignoreMissingFiles", true).load(objects.toString()).limit(3);

    assertThat(limited.collectAsList()).hasSize(3);
    assertThat(planned(limited)).doesNotContain("limit: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "length desc; 39,38,37",
        "length; 0,1,2",
        "path; 0,10,12",
        "path desc; 9,7,5",
        "modificationTime desc, path; 39,38,37",
        "offset, length desc; 39,38,37",
      })
  void theFirstRowsOfAnOrderAreFoundInTheListing(String order, String expected) {
    Dataset<Row> first = ordered(rows(), order).limit(3).selectExpr("length", "length(content)");

    assertThat(first.collectAsList())
        .extracting(row -> row.mkString("="))
        .isEqualTo(List.of(expected.split(",")).stream().map(name -> name + "=" + name).toList());
    assertThat(metric(first, "objects")).isEqualTo(3);
  }

  @Test
  void otherOrdersAreSparks() {
    assertThat(ordered(rows(), "length(content) desc").limit(2).collectAsList()).hasSize(2);
    assertThat(planned(ordered(rows(), "length(content) desc").limit(2))).doesNotContain("limit: ");
    assertThat(planned(ordered(rows(), "length").limit(200_000))).doesNotContain("limit: ");
    Dataset<Row> chunks = s3dlio("columnar").option("chunkBytes", 10).load(objects.toString());
    assertThat(ordered(chunks, "length desc, offset desc").limit(2).collectAsList())
        .extracting(row -> row.<Long>getAs("offset"))
        .containsExactly(30L, 20L);
    assertThat(ordered(chunks, "length desc").limit(6).collectAsList())
        .extracting(row -> row.<Long>getAs("length"))
        .containsExactly(39L, 39L, 39L, 39L, 38L, 38L);
  }

  private static Dataset<Row> ordered(Dataset<Row> rows, String order) {
    return rows.orderBy(
        List.of(order.split(", ")).stream()
            .map(
                key ->
                    key.endsWith(" desc")
                        ? functions.expr(key.substring(0, key.length() - 5)).desc()
                        : functions.expr(key).asc())
            .toArray(org.apache.spark.sql.Column[]::new));
  }

  /** Spark draws the seed, and the plan shows it. */
  @Test
  void aSystemSampleIsOfWholeObjects() {
    Dataset<Row> chunks = s3dlio("columnar").option("chunkBytes", 10).load(objects.toString());
    chunks.createOrReplaceTempView("chunks");

    Dataset<Row> sample =
        spark.sql("select path, offset from chunks tablesample system (50 percent)");

    List<Row> rows = sample.collectAsList();
    assertThat(sample.collectAsList()).isEqualTo(rows);
    assertThat(planned(sample)).contains("filters: [SYSTEM_SAMPLE[0.0, 0.5, ");
    assertThat(paths(rows)).hasSizeBetween(4, 36);
    assertThat(chunks.filter(chunks.col("path").isin(paths(rows))).count()).isEqualTo(rows.size());
    assertThat(spark.sql("select count(*) from chunks tablesample system (100 percent)").first())
        .extracting(row -> row.getLong(0))
        .isEqualTo(97L);
    assertThat(chunks.sample(0.5, 1).collectAsList()).as("Spark's own").hasSizeBetween(1, 96);
  }

  private static Object[] paths(List<Row> rows) {
    return rows.stream().map(row -> (Object) row.getString(0)).distinct().toArray();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJoinWithAManifestReadsItsObjectsAlone(boolean adaptive) throws IOException {
    Dataset<Row> joined = joined(rows());
    spark.conf().set("spark.sql.adaptive.enabled", adaptive);
    try {
      assertThat(joined.collectAsList()).hasSize(4);
      SparkPlan scan = scans(execution(joined).executedPlan()).findFirst().orElseThrow();
      assertThat(scan.metrics().apply("objects").value()).isEqualTo(4);
      assertThat(scan.metrics().apply("ranges").value()).isEqualTo(4);
      assertThat(joined.collectAsList()).as("again").hasSize(4);
    } finally {
      spark.conf().unset("spark.sql.adaptive.enabled");
    }
  }

  private Dataset<Row> joined(Dataset<Row> rows) throws IOException {
    Path list = directory.resolve("manifest.csv");
    Files.write(
        list,
        IntStream.range(1, FILES)
            .mapToObj(
                i ->
                    "file://%s/%s/%d,%d".formatted(objects, i % 2 == 0 ? "even" : "odd", i, i % 10))
            .toList());
    Dataset<Row> manifest = spark.read().schema("path string, kind int").csv(list.toString());
    return rows.join(functions.broadcast(manifest.filter("kind = 3")), "path")
        .selectExpr("path", "length(content)");
  }

  /** The scan of a plan that may be adaptive. */
  private static Stream<SparkPlan> scans(SparkPlan plan) {
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      return scans(adaptive.executedPlan());
    }
    if (plan instanceof QueryStageExec stage) {
      return scans(stage.plan());
    }
    return plan.nodeName().startsWith("BatchScan")
        ? Stream.of(plan)
        : CollectionConverters.asJava(plan.children()).stream().flatMap(PushDownTest::scans);
  }

  @Test
  void whatOneJoinPrunesAnotherReadStillHas() throws IOException {
    Dataset<Row> rows = rows();

    Dataset<Row> both = joined(rows).union(rows.selectExpr("path", "length(content)"));

    assertThat(both.collectAsList()).hasSize(4 + FILES);
    assertThat(rows.selectExpr("length(content)").collectAsList()).hasSize(FILES);
  }
}
