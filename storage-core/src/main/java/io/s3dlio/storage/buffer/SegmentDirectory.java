package io.s3dlio.storage.buffer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of segments that no other user can read, under a name that nobody can guess.
 *
 * <p>Its process holds a lock on a file beside it as long as it lives. So whoever comes later can
 * tell the folder of a process that was killed, and removes it.
 */
final class SegmentDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentDirectory.class);

  private static final String PREFIX = "s3dlio-";
  private static final String LOCK = ".lock";
  private static final String PROCESS = "io.s3dlio.process";
  private static final int NAME_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final FileAttribute<Set<PosixFilePermission>> OWN_FILE = only("rw-------");
  private static final FileAttribute<Set<PosixFilePermission>> OWN_FOLDER = only("rwx------");

  private final Path folder;
  private final FileChannel lock;

  private SegmentDirectory(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Makes a folder, and removes those of this user's processes that are dead.
   *
   * @param parent where it is made
   */
  static SegmentDirectory create(Path parent) throws IOException {
    Path folder = parent.resolve(ownPrefix() + randomName());
    // The lock comes first: a folder whose lock is free is taken for a dead process's.
    FileChannel lock =
        FileChannel.open(
            lockOf(folder),
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            OWN_FILE);
    boolean done = false;
    try {
      if (lock.tryLock() == null) {
        throw new IOException("Cannot lock %s: somebody else has".formatted(lockOf(folder)));
      }
      Files.createDirectory(folder, OWN_FOLDER);
      sweep(parent, Files.getOwner(folder));
      done = true;
      return new SegmentDirectory(folder, lock);
    } finally {
      if (!done) {
        try (lock) {
          Files.deleteIfExists(folder);
          Files.deleteIfExists(lockOf(folder));
        }
      }
    }
  }

  Path folder() {
    return folder;
  }

  /** Makes an empty file. */
  Path newFile() throws IOException {
    return Files.createFile(folder.resolve(randomName()), OWN_FILE);
  }

  /** Returns how many bytes there is still place for. */
  long usableSpace() throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /** Removes the folder with all that is in it. */
  @Override
  public void close() throws IOException {
    try (lock) {
      remove(folder);
    }
  }

  private static void sweep(Path parent, UserPrincipal me) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path entry : entries) {
        // Not this process's own: closing a file lets go of all locks that a process has on it.
        if (!entry.getFileName().toString().startsWith(ownPrefix())) {
          removeIfDead(entry, me);
        }
      }
    }
  }

  private static void removeIfDead(Path folder, UserPrincipal me) {
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(me)) {
        return;
      }
      try (FileChannel lock =
          FileChannel.open(lockOf(folder), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
        if (lock.tryLock() != null) {
          remove(folder);
          LOG.info("Removed {}, which a dead process had left", folder);
        }
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      LOG.debug("{} is being removed, or is alive", folder, e);
    } catch (IOException e) {
      LOG.warn("Cannot remove {}, which a dead process may have left", folder, e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
    Files.deleteIfExists(lockOf(folder));
  }

  private static Path lockOf(Path folder) {
    return folder.resolveSibling(folder.getFileName() + LOCK);
  }

  /**
   * The same for all class loaders of a process, and of no other process: in containers, process
   * numbers are alike.
   */
  private static String ownPrefix() {
    return PREFIX + System.getProperties().computeIfAbsent(PROCESS, none -> randomName()) + "-";
  }

  private static String randomName() {
    byte[] name = new byte[NAME_BYTES];
    RANDOM.nextBytes(name);
    return HexFormat.of().formatHex(name);
  }

  private static FileAttribute<Set<PosixFilePermission>> only(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
