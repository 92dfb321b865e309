package io.s3dlio.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Jobs against Azurite, and the ways in that Azure alone has. */
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzureJobTest extends JobContract {
  private static final AzureServer SERVER = AzureServer.azurite().orElseThrow();
  private static final AzureCloud CLOUD = new AzureCloud(SERVER);

  AzureJobTest() throws IOException {
    super(CLOUD);
  }

  @Test
  void aSignatureServesTooAndIsNowhereToBeSeen() {
    String signature = CLOUD.signature();
    String secret = signature.substring(signature.indexOf("sig=") + 4);
    Map<String, String> options =
        Map.of("endpoint", CLOUD.endpoint().toString(), "sasToken", "?" + signature);

    assertServes(options, secret);
    String wrong = signature.replace("sig=", "sig=wrong");
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("s3dlio")
                    .options(options)
                    .option("sasToken", wrong)
                    .load(uri)
                    .count())
        .hasStackTraceContaining("AccessDeniedException")
        .satisfies(e -> assertThat(trace(e)).doesNotContain(secret));
  }

  @Test
  void aConnectionStringServesTooAndIsNowhereToBeSeen() {
    assertServes(
        Map.of(
            "secretConnectionString", CLOUD.environment().get("AZURE_STORAGE_CONNECTION_STRING")),
        SERVER.key());
  }

  private void assertServes(Map<String, String> options, String secret) {
    spark
        .range(0, 3, 1, 2)
        .write()
        .format("s3dlio")
        .mode("append")
        .options(options)
        .option("objectName", "{}.bin")
        .option("objectSize", "1000")
        .save(uri);
    Dataset<Row> rows = spark.read().format("s3dlio").options(options).load(uri);

    assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(3000);
    assertThat(rows.queryExecution().toString())
        .contains("=*********(redacted) (option)")
        .doesNotContain(secret);
  }

  /** Hadoop writes the account behind the container. */
  @Test
  void thePathsAccountIsTheOneThatIsAsked() {
    generator(2).save(folder.hadoopUri());

    assertThat(texts(reader().load(folder.hadoopUri()), "path"))
        .containsExactlyInAnyOrder(
            "az://%s@%s/%s/sample_0000.bin"
                .formatted(folder.container(), SERVER.account(), folder.prefix()),
            "az://%s@%s/%s/sample_0001.bin"
                .formatted(folder.container(), SERVER.account(), folder.prefix()));
    assertThatThrownBy(
            () -> reader().option("accountName", "another").load(folder.hadoopUri()).count())
        .hasStackTraceContaining("the account is another, and the location names devstoreaccount1");
  }
}
