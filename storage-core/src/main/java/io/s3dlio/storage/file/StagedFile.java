package io.s3dlio.storage.file;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/** A whole temporary file that waits for its name. Not thread-safe. */
final class StagedFile implements StagedObject {
  private ObjectInfo info;
  private final Path temp;
  private final Path path;
  private final WriterOptions options;
  private final DirectorySync directories;
  private State state = State.STAGED;

  private enum State {
    STAGED,
    NAMED,
    COMPLETED,
    ABORTED
  }

  StagedFile(
      ObjectInfo info, Path temp, Path path, WriterOptions options, DirectorySync directories) {
    this.info = info;
    this.temp = temp;
    this.path = path;
    this.options = options;
    this.directories = directories;
  }

  @Override
  public Location location() {
    return info.location();
  }

  @Override
  public long length() {
    return info.length();
  }

  @Override
  public ObjectInfo complete() throws IOException {
    if (state == State.ABORTED) {
      throw new StorageException(Failure.of("put", info.location(), "it was aborted"));
    }
    if (state == State.STAGED) {
      if (!options.ifMatch().isEmpty()) {
        renameOverVersion();
      } else if (options.replaceExisting()) {
        rename();
      } else {
        link();
      }
      state = State.NAMED;
    }
    if (state == State.NAMED) {
      syncName();
      state = State.COMPLETED;
    }
    return info;
  }

  @Override
  public void abort() throws IOException {
    if (state == State.STAGED) {
      try {
        Files.deleteIfExists(temp);
      } catch (IOException e) {
        throw FileErrors.writing("discard", info.location(), path, e);
      }
      state = State.ABORTED;
    }
  }

  /** All who replace a version take turns, here and in other processes. */
  private void renameOverVersion() throws IOException {
    try (DirectoryLock lock = DirectoryLock.acquire(info.location(), path)) {
      FileVersion replaced = FileVersion.requireAt(info.location(), path, options.ifMatch());
      makeNewerThan(replaced);
      rename();
    }
  }

  /**
   * A version never comes back: where clocks are coarse, a new file of the same size may have the
   * time of one before it, and its number too, once that has been replaced.
   */
  private void makeNewerThan(FileVersion replaced) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(temp, BasicFileAttributes.class);
      if (FileVersion.of(attributes).modifiedNanos() <= replaced.modifiedNanos()) {
        FileTime next = FileTime.from(replaced.modifiedNanos() + 1, TimeUnit.NANOSECONDS);
        Files.setLastModifiedTime(temp, next);
        attributes = Files.readAttributes(temp, BasicFileAttributes.class);
        info = FileVersion.info(info.location(), attributes);
      }
    } catch (IOException e) {
      throw FileErrors.writing("put", info.location(), path, e);
    }
  }

  private void rename() throws IOException {
    try {
      Files.move(temp, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw FileErrors.writing("put", info.location(), path, e);
    }
  }

  private void syncName() throws IOException {
    Path directory = path.getParent();
    if (options.syncName() && directory != null) {
      try {
        directories.sync(directory);
      } catch (IOException e) {
        throw FileErrors.writing("put", info.location(), path, e);
      }
    }
  }

  /** Unlike a rename, a link never takes a name that is taken. */
  private void link() throws IOException {
    try {
      try {
        Files.createLink(path, temp);
      } catch (FileAlreadyExistsException e) {
        // It may be ours: a server's answer can get lost, and a completion be tried again.
        if (Files.isDirectory(path) || !Files.isSameFile(path, temp)) {
          throw e;
        }
      }
      Files.delete(temp);
    } catch (IOException e) {
      throw FileErrors.linking("put", info.location(), path, e);
    }
  }
}
