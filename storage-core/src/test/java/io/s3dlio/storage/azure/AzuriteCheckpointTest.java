package io.s3dlio.storage.azure;

import io.s3dlio.storage.checkpoint.CheckpointContract;
import io.s3dlio.testing.AzureServer;
import io.s3dlio.testing.NoLeaks;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** Checkpoints on Azurite. */
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
@ExtendWith(NoLeaks.class)
class AzuriteCheckpointTest extends CheckpointContract {
  private static final AzureFixture FIXTURE = new AzureFixture(AzureServer.azurite().orElseThrow());

  @Override
  protected Fixture fixture() {
    return FIXTURE;
  }
}
