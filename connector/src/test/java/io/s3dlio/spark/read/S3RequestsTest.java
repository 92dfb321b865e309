package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3RequestsTest extends RequestsContract {
  S3RequestsTest() throws IOException {
    super(new S3Cloud(S3Server.best()));
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
  void aFilterOnThePathAsksForNoOtherPages(String filter, long expected, int pages) {
    assertThat(load(root).filter(filter.formatted(root)).count()).isEqualTo(expected);

    List<String> requests = relay.takeRequests();
    assertThat(objects(requests)).isEmpty();
    assertThat(pages(requests)).hasSizeBetween(1, pages + FEW);
    assertThat(pages(requests))
        .as("pages of objects")
        .filteredOn(line -> !line.contains("max-keys=1&"))
        .allMatch(line -> line.matches(".*(prefix|start-after)=[0-9a-f-]+%2Fb.*"));
  }
}
