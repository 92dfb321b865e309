package io.s3dlio.spark.write;

import io.s3dlio.spark.GcsCloud;
import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
class GcsRetryTest extends RetryContract {
  GcsRetryTest() throws IOException {
    super(new GcsCloud(GcsServer.fake().orElseThrow()));
  }
}
