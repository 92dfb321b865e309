package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests that a cloud's store gets of a query, all of which pass a relay. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class RequestsContract {
  /** Objects of each of two directories: more than a page of a listing of S3's. */
  private static final int OBJECTS = 1100;

  /** What pieces of a listing cost, and whether there is anything at all. */
  static final int FEW = 8;

  private final Cloud cloud;

  /** Where the objects are, with a slash at the end. */
  final String root;

  Relay relay;
  private Map<String, String> options;

  RequestsContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.root = cloud.folder().uri() + "/";
  }

  @BeforeAll
  void write() throws IOException {
    relay = Relay.to(cloud.endpoint(), connection -> Plan.NONE);
    options = cloud.options(relay.endpoint());
    for (String directory : List.of("a", "b")) {
      writeMany(root + directory);
    }
  }

  private void writeMany(String uri) {
    LocalSpark.session()
        .range(OBJECTS)
        .selectExpr("id", "id + 1 AS size")
        .write()
        .format("s3dlio")
        .options(options)
        .option("objectName", "{:06d}.bin")
        .mode("append")
        .save(uri);
  }

  @AfterAll
  void close() throws IOException {
    relay.close();
  }

  final Dataset<Row> load(String path) {
    relay.takeRequests();
    return s3dlio("columnar").options(options).load(path);
  }

  private int pagesOf(int objects) {
    return (objects + cloud.pageSize() - 1) / cloud.pageSize();
  }

  @ParameterizedTest
  @ValueSource(strings = {"path LIKE '%sb/%%'", "path = '%sb/000007.bin'"})
  void aPrefixOfThePathIsWhatIsAskedFor(String filter) {
    assertThat(load(root).filter(filter.formatted(root)).count()).isPositive();

    assertThat(pages(relay.takeRequests()))
        .isNotEmpty()
        .allMatch(line -> line.matches(".*[?&]prefix=[0-9a-f-]+%2Fb.*"));
  }

  @Test
  void aWriteOfManyCostsARequestEach() throws IOException {
    relay.takeRequests();
    writeMany(cloud.folder().uri());
    List<String> requests = relay.takeRequests();

    assertThat(requests).filteredOn(cloud::isWrite).hasSizeBetween(OBJECTS, OBJECTS + FEW);
    assertThat(requests).hasSizeLessThan(OBJECTS + 3 * FEW);
  }

  @Test
  void aReadOfManyCostsARequestEach() {
    Dataset<Row> rows = load(root + "a/").selectExpr("sum(length(content))");
    assertThat(rows.first().getLong(0)).isEqualTo(OBJECTS * (OBJECTS + 1) / 2);

    List<String> requests = relay.takeRequests();
    assertThat(requests).filteredOn(cloud::isRead).hasSize(OBJECTS);
    assertThat(requests)
        .filteredOn(line -> !cloud.isRead(line))
        .allMatch(cloud::isListing)
        .hasSizeBetween(pagesOf(OBJECTS), pagesOf(OBJECTS) + FEW);
  }

  @Test
  void aLimitReadsNoMoreThanItTakes() {
    assertThat(load(root + "a/").select("content").limit(10).collectAsList()).hasSize(10);

    assertThat(relay.takeRequests()).filteredOn(cloud::isRead).hasSize(10);
  }

  final List<String> pages(List<String> requests) {
    return requests.stream().filter(cloud::isListing).toList();
  }

  final List<String> objects(List<String> requests) {
    return requests.stream().filter(line -> !cloud.isListing(line)).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "count(*); 2200",
        "sum(length); 1211100",
        "max(length); 1100",
        "count_if(length > 1000); 200",
        "count(DISTINCT _parent); 2",
        "count(modificationTime); 2200",
      })
  void whatIsListedCostsPagesAlone(String expression, long expected) {
    assertThat(load(root).selectExpr(expression).first().getLong(0)).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests)).isEmpty();
    assertThat(pages(requests)).hasSizeBetween(pagesOf(2 * OBJECTS), 3 + FEW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "path LIKE '%sb/%%'; 1100; 2",
        "path >= '%sb/001000'; 100; 1",
        "path LIKE '%sb/0000%%' AND length > 50; 50; 1",
        "path = '%sb/000007.bin'; 1; 1",
      })
  void aFilterOnThePathListsItsPartAlone(String filter, long expected, int pages) {
    assertThat(load(root).filter(filter.formatted(root)).count()).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests)).isEmpty();
    assertThat(pages(requests)).hasSizeBetween(1, pages + FEW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"{a,b}/00000[0-4].bin; 10", "?/0010*; 200", "b/*7.bin; 110", "*/001099.bin; 2"})
  void aPatternCostsPagesAlone(String pattern, long expected) {
    assertThat(load(root + pattern).count()).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(requests)
        .as("pages, and whether plain names are there")
        .allMatch(line -> cloud.isListing(line) || cloud.isStat(line));
    assertThat(pages(requests)).hasSizeBetween(1, 3 + FEW);
  }

  @Test
  void theContentOfFewCostsARequestEach() {
    Dataset<Row> rows = load(root + "a/").filter("length BETWEEN 10 AND 19");
    assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(145);

    assertThat(objects(relay.takeRequests()))
        .hasSize(10)
        .allMatch(line -> cloud.isRead(line) && line.matches(".*a(/|%2F)0000(09|1[0-8])\\.bin.*"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJoinWithAManifestReadsWhatMatchesAlone(boolean adaptive) {
    Dataset<Row> manifest =
        LocalSpark.session()
            .range(2000)
            .filter("id % 100 BETWEEN 70 AND 79")
            .selectExpr("format_string('%sa/%%06d.bin', id) AS path".formatted(root));
    LocalSpark.session().conf().set("spark.sql.adaptive.enabled", adaptive);
    try {
      Dataset<Row> joined = load(root).join(functions.broadcast(manifest), "path");
      assertThat(joined.selectExpr("count(content)").first().getLong(0)).isEqualTo(110);
    } finally {
      LocalSpark.session().conf().unset("spark.sql.adaptive.enabled");
    }

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests))
        .hasSize(110)
        .allMatch(line -> cloud.isRead(line) && line.matches(".*a(/|%2F)\\d{4}7\\d\\.bin.*"));
    assertThat(pages(requests)).hasSizeBetween(pagesOf(2 * OBJECTS), 3 + FEW);
  }
}
