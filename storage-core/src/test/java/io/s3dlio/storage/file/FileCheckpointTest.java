package io.s3dlio.storage.file;

import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.checkpoint.CheckpointContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileCheckpointTest extends CheckpointContract {
  private final Path directory;

  FileCheckpointTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  @Override
  protected Fixture fixture() {
    return new LocalFixture("file", directory, () -> new FileStore(StoreConfig.DEFAULT));
  }
}
