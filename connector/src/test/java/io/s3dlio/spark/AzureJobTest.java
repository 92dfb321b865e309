package io.s3dlio.spark;

import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

/** Jobs against Azurite. */
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzureJobTest extends JobContract {
  private static final AzureCloud CLOUD = new AzureCloud(AzureServer.azurite().orElseThrow());

  AzureJobTest() throws IOException {
    super(CLOUD);
  }
}
