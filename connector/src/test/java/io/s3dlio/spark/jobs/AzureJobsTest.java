package io.s3dlio.spark.jobs;

import io.s3dlio.spark.AzureCloud;
import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzureJobsTest extends JobsContract {
  private static final AzureCloud CLOUD = new AzureCloud(AzureServer.azurite().orElseThrow());

  AzureJobsTest() throws IOException {
    super(CLOUD);
  }
}
