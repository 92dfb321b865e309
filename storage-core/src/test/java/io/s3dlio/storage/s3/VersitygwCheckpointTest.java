package io.s3dlio.storage.s3;

import io.s3dlio.storage.checkpoint.CheckpointContract;
import io.s3dlio.testing.NoLeaks;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against versitygw. */
@EnabledIf("io.s3dlio.testing.S3Server#hasVersitygw")
@ExtendWith(NoLeaks.class)
class VersitygwCheckpointTest extends CheckpointContract {
  @Override
  protected Fixture fixture() {
    return S3Fixture.ofVersitygw(S3Config.Transport.OWN);
  }
}
