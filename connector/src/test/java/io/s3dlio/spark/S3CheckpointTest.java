package io.s3dlio.spark;

import io.s3dlio.testing.S3Server;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
class S3CheckpointTest extends CheckpointContract {
  private static final S3Cloud CLOUD = new S3Cloud(S3Server.minio().orElseThrow());

  S3CheckpointTest() throws IOException {
    super(CLOUD);
  }
}
