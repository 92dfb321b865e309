package io.s3dlio.storage.azure;

import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.testing.AzureServer;
import io.s3dlio.testing.NoLeaks;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against Azurite. */
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
@ExtendWith(NoLeaks.class)
class AzuriteContractTest extends ObjectStoreContract {
  private static final AzureFixture FIXTURE = new AzureFixture(AzureServer.azurite().orElseThrow());

  @Override
  protected Fixture fixture() {
    return FIXTURE;
  }
}
