package io.s3dlio.storage.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings names to the device: a file's name is what its directory holds, not the file. */
final class DirectorySync {
  private static final Logger LOG = LoggerFactory.getLogger(DirectorySync.class);
  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

  /** What file systems say that sync no directory; their names are safe otherwise or not at all. */
  private static final List<String> UNSUPPORTED =
      List.of("Invalid argument", "Operation not supported", "Function not implemented");

  private final ChannelOpener opener;
  private final AtomicBoolean warned = new AtomicBoolean();

  DirectorySync(ChannelOpener opener) {
    this.opener = opener;
  }

  /** Syncs one directory. One that is gone has no name to lose. */
  void sync(Path directory) throws IOException {
    try {
      force(directory);
    } catch (IOException e) {
      if (isGone(e)) {
        return;
      }
      if (!(e instanceof AccessDeniedException) && !isUnsupported(e)) {
        throw e;
      }
      if (warned.compareAndSet(false, true)) {
        LOG.warn(
            "Cannot sync the directory {}: a loss of power may take the newest names there",
            directory,
            e);
      }
    }
  }

  /**
   * Syncs a directory and what is above it on the same device.
   *
   * @param synced what is done already, and what this does
   */
  void syncWithAncestors(Path directory, Set<Path> synced) throws IOException {
    try {
      Path real = directory.toRealPath();
      if (synced.add(real)) {
        sync(real);
        syncAncestors(real, synced);
      }
    } catch (IOException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  private void syncAncestors(Path directory, Set<Path> synced) throws IOException {
    Object device = Files.getAttribute(directory, "unix:dev");
    Path above = directory.getParent();
    while (above != null
        && device.equals(Files.getAttribute(above, "unix:dev"))
        && synced.add(above)) {
      try {
        force(above);
      } catch (IOException e) {
        if (!(e instanceof AccessDeniedException) && !isUnsupported(e)) {
          throw e;
        }
        // What may not be read was not made by us.
      }
      above = above.getParent();
    }
  }

  private void force(Path directory) throws IOException {
    try (FileChannel channel = opener.open(directory, READ)) {
      channel.force(true);
    }
  }

  private static boolean isGone(IOException e) {
    return e instanceof NoSuchFileException || FileErrors.leadsNowhere(e);
  }

  private static boolean isUnsupported(IOException e) {
    return UNSUPPORTED.contains(FileErrors.reason(e));
  }
}
