package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStoreContract;
import org.junit.jupiter.api.condition.EnabledIf;

/** Against versitygw. */
@EnabledIf("io.s3dlio.testing.S3Server#hasVersitygw")
class VersitygwContractTest extends ObjectStoreContract {

  @Override
  protected Fixture fixture() {
    return S3Fixture.ofVersitygw(S3Config.Transport.OWN);
  }
}
