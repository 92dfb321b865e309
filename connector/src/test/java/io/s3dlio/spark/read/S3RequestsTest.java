package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** The requests that a real server of S3 gets of a query, all of which pass a relay. */
class S3RequestsTest {
  private static final String BUCKET = "requests-" + UUID.randomUUID();
  private static final String ROOT = "s3://" + BUCKET + "/p/";

  /** Objects of each of two directories: more than a page of a listing. */
  private static final int OBJECTS = 1100;

  /** What pieces of a listing cost, and whether there is anything at all. */
  private static final int FEW = 8;

  private static Relay relay;
  private static Map<String, String> options;

  @BeforeAll
  static void write() throws IOException {
    S3Server server = S3Server.best();
    try (S3Client client = server.client()) {
      client.createBucket(create -> create.bucket(BUCKET));
    }
    relay = Relay.to(server.endpoint(), connection -> Plan.NONE);
    options =
        Map.of(
            "endpoint", relay.endpoint().toString(),
            "accessKeyId", server.accessKeyId(),
            "secretAccessKey", server.secretAccessKey());
    for (String directory : List.of("a", "b")) {
      LocalSpark.session()
          .range(OBJECTS)
          .selectExpr("id", "id + 1 AS size")
          .write()
          .format("s3dlio")
          .options(options)
          .option("objectName", "{:06d}.bin")
          .mode("append")
          .save(ROOT + directory);
    }
  }

  @AfterAll
  static void close() throws IOException {
    relay.close();
  }

  private static Dataset<Row> load(String path) {
    relay.takeRequests();
    return s3dlio("columnar").options(options).load(path);
  }

  private static List<String> pages(List<String> requests) {
    return requests.stream().filter(line -> line.contains("list-type=2")).toList();
  }

  private static List<String> objects(List<String> requests) {
    return requests.stream().filter(line -> !line.contains("list-type=2")).toList();
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
    assertThat(load(ROOT).selectExpr(expression).first().getLong(0)).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests)).isEmpty();
    assertThat(pages(requests)).hasSizeBetween(3, 3 + FEW);
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
    assertThat(load(ROOT).filter(filter.formatted(ROOT)).count()).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests)).isEmpty();
    assertThat(pages(requests)).hasSizeBetween(1, pages + FEW);
    assertThat(pages(requests))
        .as("pages of objects")
        .filteredOn(line -> !line.contains("max-keys=1&"))
        .allMatch(line -> line.contains("prefix=p%2Fb") || line.contains("start-after=p%2Fb"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"{a,b}/00000[0-4].bin; 10", "?/0010*; 200", "b/*7.bin; 110", "*/001099.bin; 2"})
  void aPatternCostsPagesAlone(String pattern, long expected) {
    assertThat(load(ROOT + pattern).count()).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(requests)
        .as("pages, and whether plain names are there")
        .allMatch(line -> line.contains("list-type=2") || line.startsWith("HEAD "));
    assertThat(pages(requests)).hasSizeBetween(1, 3 + FEW);
  }

  @Test
  void theContentOfFewCostsARequestEach() {
    Dataset<Row> rows = load(ROOT + "a/").filter("length BETWEEN 10 AND 19");
    assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(145);

    assertThat(objects(relay.takeRequests()))
        .hasSize(10)
        .allMatch(line -> line.matches("GET /.*/p/a/0000(09|1[0-8])\\.bin HTTP/1.1"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJoinWithAManifestReadsWhatMatchesAlone(boolean adaptive) {
    Dataset<Row> manifest =
        LocalSpark.session()
            .range(2000)
            .filter("id % 100 BETWEEN 70 AND 79")
            .selectExpr("format_string('%sa/%%06d.bin', id) AS path".formatted(ROOT));
    LocalSpark.session().conf().set("spark.sql.adaptive.enabled", adaptive);
    try {
      Dataset<Row> joined = load(ROOT).join(functions.broadcast(manifest), "path");
      assertThat(joined.selectExpr("count(content)").first().getLong(0)).isEqualTo(110);
    } finally {
      LocalSpark.session().conf().unset("spark.sql.adaptive.enabled");
    }

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests))
        .hasSize(110)
        .allMatch(line -> line.matches("GET /.*/p/a/\\d{4}7\\d\\.bin HTTP/1.1"));
    assertThat(pages(requests)).hasSizeBetween(3, 3 + FEW);
  }
}
