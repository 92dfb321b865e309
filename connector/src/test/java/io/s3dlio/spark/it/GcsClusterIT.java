package io.s3dlio.spark.it;

import io.s3dlio.spark.GcsCloud;
import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
class GcsClusterIT extends ClusterContract {
  GcsClusterIT() throws IOException {
    super(new GcsCloud(GcsServer.fake().orElseThrow()));
  }
}
