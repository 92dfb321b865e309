package io.s3dlio.storage.azure;

import io.s3dlio.storage.ObjectStoreContract;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against Azurite. */
@EnabledIfEnvironmentVariable(named = "S3DLIO_TEST_AZURITE", matches = ".+")
class AzuriteContractTest extends ObjectStoreContract {
  @Override
  protected Fixture fixture() {
    return new AzureFixture(URI.create(System.getenv("S3DLIO_TEST_AZURITE")), Map.of());
  }
}
