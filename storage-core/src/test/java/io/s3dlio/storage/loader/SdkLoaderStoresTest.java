package io.s3dlio.storage.loader;

import io.s3dlio.storage.s3.S3Config.Transport;

/** Loaders over a server of S3, by the AWS SDK. */
class SdkLoaderStoresTest extends LoaderStoresTest {
  @Override
  Transport transport() {
    return Transport.SDK;
  }
}
