package io.s3dlio.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Jobs against fake-gcs-server. */
@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
class GcsJobTest extends JobContract {
  private static final GcsCloud CLOUD = new GcsCloud(GcsServer.fake().orElseThrow());

  GcsJobTest() throws IOException {
    super(CLOUD);
  }

  @Test
  void nobodyIsServedTooAndTheOldSchemeIsTheSame() {
    generator(3).save(uri.replace("gs://", "gcs://"));

    Dataset<Row> rows =
        spark
            .read()
            .format("s3dlio")
            .option("endpoint", CLOUD.endpoint().toString())
            .option("anonymous", true)
            .load(uri);

    assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(3L * SIZE);
  }
}
