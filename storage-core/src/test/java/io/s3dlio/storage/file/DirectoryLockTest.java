package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.buffer;
import static io.s3dlio.storage.file.LocalTest.content;
import static io.s3dlio.storage.file.LocalTest.file;
import static io.s3dlio.storage.file.LocalTest.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who replaces versions of local files, one after the other. */
@Timeout(120)
class DirectoryLockTest {
  private static final int STEPS = 100;

  private final FileStore store = new FileStore(StoreConfig.DEFAULT);
  private final Path directory;

  DirectoryLockTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  @Test
  void aCounterThatProcessesIncreaseLosesNothing() throws Exception {
    Location counter = file(directory.resolve("counter"));
    store.put(counter, counted(0), WriterOptions.DEFAULT);
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Increasing.class.getName(),
                  directory.resolve("counter").toString())
              .inheritIO()
              .start());
    }

    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
    assertThat(store.get(counter).getInt()).isEqualTo(2 * STEPS);
    assertThat(names(directory)).containsExactly(".s3dlio-lock", "counter");
  }

  /** Increases a counter, in a JVM of its own. */
  static final class Increasing {
    private Increasing() {}

    public static void main(String[] args) throws IOException {
      Location counter = file(Path.of(args[0]));
      try (ObjectStore store = new FileStore(StoreConfig.DEFAULT)) {
        int done = 0;
        while (done < STEPS) {
          done += increase(store, counter) ? 1 : 0;
        }
      }
    }

    private static boolean increase(ObjectStore store, Location counter) throws IOException {
      try {
        ObjectInfo before = store.stat(counter);
        int count = ByteBuffer.wrap(LocalTest.read(store, before)).getInt();
        WriterOptions options =
            WriterOptions.DEFAULT.withSyncName(false).withIfMatch(before.etag());
        store.put(counter, counted(count + 1), options);
        return true;
      } catch (ObjectChangedException e) {
        return false;
      }
    }
  }

  @Test
  void aVersionNeverComesBack() throws IOException {
    Path path = directory.resolve("object");
    ObjectInfo first = store.put(file(path), buffer(content(1)), WriterOptions.DEFAULT);
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(3600)));
    ObjectInfo ahead = store.stat(first.location());

    ObjectInfo next =
        store.put(
            first.location(), buffer(content(1)), WriterOptions.DEFAULT.withIfMatch(ahead.etag()));

    assertThat(next).isEqualTo(store.stat(first.location()));
    assertThat(next.lastModified()).isEqualTo(ahead.lastModified().plusNanos(1));
  }

  @Test
  void whoWaitsForItsTurnCanBeInterrupted() throws IOException {
    ObjectInfo first =
        store.put(file(directory.resolve("object")), buffer(content(1)), WriterOptions.DEFAULT);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> DirectoryLock.acquire(first.location(), directory.resolve("object")))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("Cannot put %s: the thread was interrupted", first.location());
    assertThat(Thread.interrupted()).isTrue();
    DirectoryLock.acquire(first.location(), directory.resolve("object")).close();
  }

  @Test
  void aLockThatSomebodyElseOfThisProcessHoldsIsTold() throws IOException {
    ObjectInfo first =
        store.put(file(directory.resolve("object")), buffer(content(1)), WriterOptions.DEFAULT);
    WriterOptions options = WriterOptions.DEFAULT.withIfMatch(first.etag());
    try (FileChannel other =
        FileChannel.open(
            directory.resolve(".s3dlio-lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      other.lock();
      assertThatThrownBy(() -> store.put(first.location(), buffer(content(2)), options))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another class loader of this JVM holds");
    }

    assertThat(store.put(first.location(), buffer(content(2)), options).length()).isEqualTo(2);
  }

  @Test
  void theFileThatIsLockedIsNoObject() throws IOException {
    ObjectInfo first =
        store.put(file(directory.resolve("object")), buffer(content(1)), WriterOptions.DEFAULT);
    store.put(
        first.location(), buffer(content(2)), WriterOptions.DEFAULT.withIfMatch(first.etag()));

    assertThat(LocalTest.list(store, file(directory).asPrefix())).containsExactly("object");
    assertThat(store.abortUnfinished(file(directory).asPrefix(), "a", Instant.now(), all -> all))
        .isZero();
    Location lock = file(directory.resolve(".s3dlio-lock"));
    assertThatThrownBy(() -> store.put(lock, buffer(content(1)), WriterOptions.DEFAULT))
        .hasMessageContaining("kept for writes under way");
  }

  private static ByteBuffer counted(int count) {
    return ByteBuffer.allocateDirect(Integer.BYTES).putInt(count).flip();
  }
}
