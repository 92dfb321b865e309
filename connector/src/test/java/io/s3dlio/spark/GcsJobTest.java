package io.s3dlio.spark;

import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

/** Jobs against fake-gcs-server. */
@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
class GcsJobTest extends JobContract {
  private static final GcsCloud CLOUD = new GcsCloud(GcsServer.fake().orElseThrow());

  GcsJobTest() throws IOException {
    super(CLOUD);
  }
}
