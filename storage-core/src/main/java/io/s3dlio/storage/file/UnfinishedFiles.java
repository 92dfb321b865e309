package io.s3dlio.storage.file;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes temporary files below a prefix: those of one writer, and those that are so old that
 * whoever wrote them is dead. Holds no names, however many there are. For one use.
 */
final class UnfinishedFiles extends SimpleFileVisitor<Path> {
  /** How long nobody has written to a file whose writer is dead. */
  static final Duration ABANDONED_AFTER = Duration.ofDays(7);

  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedFiles.class);

  private final Location prefix;
  private final Path top;

  /** What the names directly in the top directory begin with. */
  private final String namePrefix;

  private final Predicate<String> own;
  private final Instant abandonedBefore;
  private long removed;
  private long abandoned;

  /**
   * @param writerId whose files are removed whatever their age
   * @param now about the time, no later than it is
   */
  UnfinishedFiles(Location prefix, String writerId, Instant now) throws StorageException {
    int end = prefix.key().lastIndexOf('/') + 1;
    this.prefix = prefix;
    this.top = LocalPaths.of("discard", prefix.withKey(prefix.key().substring(0, end)));
    this.namePrefix = prefix.key().substring(end);
    this.own = TempNames.of(writerId);
    this.abandonedBefore = now.minus(ABANDONED_AFTER);
  }

  /** Removes them and returns how many there were. */
  long remove() throws IOException {
    try {
      Files.walkFileTree(top, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
    } catch (IOException e) {
      throw FileErrors.other("discard unfinished files below", prefix, e);
    }
    if (abandoned > 0) {
      LOG.info(
          "Removed {} temporary files below {} that nobody has written to for {} days",
          abandoned,
          prefix,
          ABANDONED_AFTER.toDays());
    }
    return removed;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    return directory.equals(top) || isBelowPrefix(directory)
        ? FileVisitResult.CONTINUE
        : FileVisitResult.SKIP_SUBTREE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (TempNames.isTemp(name) && isBelowPrefix(file)) {
      boolean isAbandoned =
          !own.test(name) && attributes.lastModifiedTime().toInstant().isBefore(abandonedBefore);
      if ((own.test(name) || isAbandoned) && Files.deleteIfExists(file)) {
        removed++;
        abandoned += isAbandoned ? 1 : 0;
      }
    }
    return FileVisitResult.CONTINUE;
  }

  private boolean isBelowPrefix(Path path) {
    return namePrefix.isEmpty()
        || !top.equals(path.getParent())
        || String.valueOf(path.getFileName()).startsWith(namePrefix);
  }

  /** Files that vanish meanwhile, and links that lead nowhere or back, are nothing to remove. */
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
    if (e instanceof NoSuchFileException
        || e instanceof FileSystemLoopException
        || FileErrors.leadsNowhere(e)) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
      throws IOException {
    return e == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, e);
  }
}
