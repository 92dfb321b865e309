package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStoreContract;
import org.junit.jupiter.api.condition.EnabledIf;

/** versitygw through the AWS SDK. */
@EnabledIf("io.s3dlio.testing.S3Server#hasVersitygw")
class SdkVersitygwContractTest extends ObjectStoreContract {

  @Override
  protected Fixture fixture() {
    return S3Fixture.ofVersitygw(S3Config.Transport.SDK);
  }
}
