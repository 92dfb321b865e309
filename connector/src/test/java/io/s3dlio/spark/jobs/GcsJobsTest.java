package io.s3dlio.spark.jobs;

import io.s3dlio.spark.GcsCloud;
import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
class GcsJobsTest extends JobsContract {
  private static final GcsCloud CLOUD = new GcsCloud(GcsServer.fake().orElseThrow());

  GcsJobsTest() throws IOException {
    super(CLOUD);
  }
}
