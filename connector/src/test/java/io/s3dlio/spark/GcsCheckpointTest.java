package io.s3dlio.spark;

import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
class GcsCheckpointTest extends CheckpointContract {
  private static final GcsCloud CLOUD = new GcsCloud(GcsServer.fake().orElseThrow());

  GcsCheckpointTest() throws IOException {
    super(CLOUD);
  }
}
