package io.s3dlio.storage.file;

import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.checkpoint.CheckpointContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectCheckpointTest extends CheckpointContract {
  private final Path directory;

  DirectCheckpointTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  @Override
  protected Fixture fixture() {
    return new LocalFixture("direct", directory, () -> new DirectStore(StoreConfig.DEFAULT));
  }
}
