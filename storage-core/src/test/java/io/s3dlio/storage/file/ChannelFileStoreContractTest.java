package io.s3dlio.storage.file;

import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.StoreConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract where there is no C library to call. */
class ChannelFileStoreContractTest extends ObjectStoreContract {
  private final Path directory;

  ChannelFileStoreContractTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  @Override
  protected Fixture fixture() {
    PageCache none =
        new PageCache(
            () -> {
              throw new UnsatisfiedLinkError("there is none here");
            });
    return new LocalFixture(
        "file", directory, () -> new FileStore(StoreConfig.DEFAULT, ChannelOpener.SYSTEM, none));
  }
}
