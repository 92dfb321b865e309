package io.s3dlio.spark.read;

import io.s3dlio.spark.AzureCloud;
import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class DecodeAzureTest extends DecodeContract {
  DecodeAzureTest() throws IOException {
    super(new AzureCloud(AzureServer.azurite().orElseThrow()));
  }
}
