package io.s3dlio.spark.read;

import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.S3Server;
import java.io.IOException;

class DecodeS3Test extends DecodeContract {
  DecodeS3Test() throws IOException {
    super(new S3Cloud(S3Server.best()));
  }
}
