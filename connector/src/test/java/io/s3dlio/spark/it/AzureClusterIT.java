package io.s3dlio.spark.it;

import io.s3dlio.spark.AzureCloud;
import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzureClusterIT extends ClusterContract {
  AzureClusterIT() throws IOException {
    super(new AzureCloud(AzureServer.azurite().orElseThrow()));
  }
}
