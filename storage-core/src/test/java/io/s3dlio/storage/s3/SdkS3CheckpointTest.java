package io.s3dlio.storage.s3;

import io.s3dlio.storage.checkpoint.CheckpointContract;
import io.s3dlio.testing.S3Server;
import org.junit.jupiter.api.condition.EnabledIf;

/** MinIO through the AWS SDK. */
@EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
class SdkS3CheckpointTest extends CheckpointContract {
  @Override
  protected Fixture fixture() {
    return new S3Fixture(S3Server.minio().orElseThrow(), S3Config.Transport.SDK);
  }
}
