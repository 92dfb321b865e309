package io.s3dlio.storage.gcs;

import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.testing.GcsServer;
import io.s3dlio.testing.NoLeaks;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against fake-gcs-server. */
@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
@ExtendWith(NoLeaks.class)
class GcsStoreContractTest extends ObjectStoreContract {
  private static final GcsFixture FIXTURE = new GcsFixture(GcsServer.fake().orElseThrow());

  @Override
  protected Fixture fixture() {
    return FIXTURE;
  }
}
