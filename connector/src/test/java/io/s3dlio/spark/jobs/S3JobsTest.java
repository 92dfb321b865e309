package io.s3dlio.spark.jobs;

import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.S3Server;
import java.io.IOException;

class S3JobsTest extends JobsContract {
  private static final S3Cloud CLOUD = new S3Cloud(S3Server.best());

  S3JobsTest() throws IOException {
    super(CLOUD);
  }
}
