package io.s3dlio.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Makes temporary directories on a disk: the system's own may be in memory. */
final class TargetDirectory implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    Path target = Files.createDirectories(Path.of("target"));
    return Files.createTempDirectory(target.toAbsolutePath(), "storage");
  }
}
