package io.s3dlio.spark.write;

import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.S3Server;
import java.io.IOException;

class S3RetryTest extends RetryContract {
  S3RetryTest() throws IOException {
    super(new S3Cloud(S3Server.best()));
  }
}
