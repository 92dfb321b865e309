package io.s3dlio.storage.file;

import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.PageCacheMode;
import io.s3dlio.storage.StoreConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract with every read advised. */
class AdvisedFileStoreContractTest extends ObjectStoreContract {
  private final Path directory;

  AdvisedFileStoreContractTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  @Override
  protected Fixture fixture() {
    return new LocalFixture(
        "file",
        directory,
        () -> new FileStore(StoreConfig.DEFAULT.withPageCacheMode(PageCacheMode.RANDOM)));
  }
}
