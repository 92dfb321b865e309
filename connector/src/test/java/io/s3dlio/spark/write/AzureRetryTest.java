package io.s3dlio.spark.write;

import io.s3dlio.spark.AzureCloud;
import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzureRetryTest extends RetryContract {
  AzureRetryTest() throws IOException {
    super(new AzureCloud(AzureServer.azurite().orElseThrow()));
  }
}
