package io.s3dlio.storage.file;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The right to replace files of one directory on a condition, of one thread in all processes. The
 * file that is locked is never deleted: whoever waits for it would hold a lock that others cannot
 * see. A process that dies loses its lock.
 */
final class DirectoryLock implements Closeable {
  private static final int STRIPES = 64;

  /**
   * Locks of files are the process's own, and closing one of its channels loses them all: so its
   * threads take turns before they open the file.
   */
  private static final List<ReentrantLock> TURNS =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toList();

  private static final List<String> NO_LOCKS =
      List.of("function not implemented", "no locks available", "not supported");

  private final ReentrantLock turn;
  private final FileChannel locked;

  private DirectoryLock(ReentrantLock turn, FileChannel locked) {
    this.turn = turn;
    this.locked = locked;
  }

  /** Waits for the lock of the directory that an object's file is in. */
  static DirectoryLock acquire(Location location, Path path) throws IOException {
    try {
      Path directory = path.resolveSibling(".").toRealPath();
      ReentrantLock turn = TURNS.get(Math.floorMod(directory.hashCode(), STRIPES));
      turn.lockInterruptibly();
      boolean held = false;
      try {
        DirectoryLock lock = new DirectoryLock(turn, lock(directory.resolve(TempNames.LOCK)));
        held = true;
        return lock;
      } finally {
        if (!held) {
          turn.unlock();
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(location, e);
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted()
          ? interrupted(location, e)
          : failure(location, path, e);
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      channel.lock();
      held = true;
      return channel;
    } catch (OverlappingFileLockException e) {
      throw new IOException("another class loader of this JVM holds " + file, e);
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }

  private static IOException interrupted(Location location, Exception cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException interrupted =
        new InterruptedIOException("Cannot put %s: the thread was interrupted".formatted(location));
    interrupted.initCause(cause);
    return interrupted;
  }

  private static IOException failure(Location location, Path path, IOException e) {
    String reason = FileErrors.reason(e).toLowerCase(Locale.ROOT);
    return NO_LOCKS.stream().anyMatch(reason::contains)
        ? new StorageException(
            Failure.of(
                    "put",
                    location,
                    "the file system locks no files, without which no version can be replaced"
                        + " atomically")
                .withRemedy("Allow whatever is there to be replaced, or write elsewhere"),
            e)
        : FileErrors.writing("put", location, path, e);
  }

  @Override
  public void close() throws IOException {
    try {
      // Ends its lock.
      locked.close();
    } finally {
      turn.unlock();
    }
  }
}
