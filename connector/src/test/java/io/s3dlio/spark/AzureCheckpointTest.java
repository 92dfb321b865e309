package io.s3dlio.spark;

import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzureCheckpointTest extends CheckpointContract {
  private static final AzureCloud CLOUD = new AzureCloud(AzureServer.azurite().orElseThrow());

  AzureCheckpointTest() throws IOException {
    super(CLOUD);
  }
}
