package io.s3dlio.spark.it;

import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.S3Server;
import java.io.IOException;

class S3ClusterIT extends ClusterContract {
  S3ClusterIT() throws IOException {
    super(new S3Cloud(S3Server.best()));
  }
}
