package io.s3dlio.spark;

import io.s3dlio.testing.S3Server;
import java.io.IOException;

class S3ChangeTest extends ChangeContract {
  private static final S3Cloud CLOUD = new S3Cloud(S3Server.best());

  S3ChangeTest() throws IOException {
    super(CLOUD);
  }
}
