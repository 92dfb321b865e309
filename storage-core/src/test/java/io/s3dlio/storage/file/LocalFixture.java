package io.s3dlio.storage.file;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Runs the contract on a directory. */
record LocalFixture(String scheme, Path directory, Supplier<ObjectStore> opener)
    implements ObjectStoreContract.Fixture {
  static Location location(String scheme, Path path) {
    return new Location(scheme, "", path.toAbsolutePath().toString().substring(1));
  }

  @Override
  public ObjectStore open() {
    return opener.get();
  }

  @Override
  public Location freshPrefix() throws IOException {
    return location(scheme, Files.createTempDirectory(directory, "fresh")).asPrefix();
  }

  @Override
  public boolean isPosix() {
    return true;
  }

  @Override
  public int partSize() {
    return 1 << 20;
  }

  @Override
  public Location refused(Location prefix) {
    return prefix.append("x".repeat(256));
  }

  /** Stays, for those who may wait for it. */
  private static boolean isLock(Path path) {
    return path.endsWith(TempNames.LOCK);
  }

  @Override
  public boolean isUntouched(Location prefix) throws IOException {
    try (Stream<Path> below = Files.walk(Path.of("/" + prefix.key()))) {
      return below.allMatch(path -> Files.isDirectory(path) || isLock(path));
    }
  }
}
