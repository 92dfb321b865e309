package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.buffer;
import static io.s3dlio.storage.file.LocalTest.content;
import static io.s3dlio.storage.file.LocalTest.direct;
import static io.s3dlio.storage.file.LocalTest.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.UnsyncedNames;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the directories of written and deleted names are synced, and with which names in them. */
class DirectorySyncTest {
  private static final WriterOptions LATER = WriterOptions.DEFAULT.withSyncName(false);

  private final Path directory;

  /** What was synced below the test's directory: the directory, and the names in it then. */
  private final List<String> synced = new ArrayList<>();

  private @Nullable String failure;
  private final FileStore store =
      new FileStore(StoreConfig.DEFAULT, this::open, PageCache.shared());

  DirectorySyncTest(@TempDir Path directory) throws IOException {
    this.directory = directory.toRealPath();
  }

  private FileChannel open(Path path, Set<? extends OpenOption> options) throws IOException {
    FileChannel channel = FileChannel.open(path, options);
    return Files.isDirectory(path) ? new DirectoryChannel(channel, path) : channel;
  }

  private final class DirectoryChannel extends ScriptedChannel {
    private final Path path;

    DirectoryChannel(FileChannel real, Path path) {
      super(real);
      this.path = path;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      if (failure != null) {
        throw new FileSystemException(path.toString(), null, failure);
      }
      super.force(metaData);
      if (path.startsWith(directory)) {
        synced.add("/" + directory.relativize(path) + " " + LocalTest.names(path));
      }
    }
  }

  private Location at(String name) {
    return file(directory).append("/" + name);
  }

  private void put(String name, WriterOptions options) throws IOException {
    store.put(at(name), buffer(content(10)), options);
  }

  @Test
  void aPutEndsWithItsNameSynced() throws IOException {
    put("renamed", WriterOptions.DEFAULT);
    put("linked", WriterOptions.DEFAULT.withReplaceExisting(false));

    assertThat(synced).containsExactly("/ [renamed]", "/ [linked, renamed]");
  }

  @Test
  void soDoesOneAroundThePageCache() throws IOException {
    StoreConfig config = StoreConfig.DEFAULT.withDirectFallback(true);
    try (DirectStore around = new DirectStore(config, this::open)) {
      around.put(direct(directory.resolve("a")), buffer(content(10)), WriterOptions.DEFAULT);
    }

    assertThat(synced).containsExactly("/ [a]");
  }

  @Test
  void newDirectoriesAreSyncedIntoThoseAbove() throws IOException {
    put("a/b/c", WriterOptions.DEFAULT);

    assertThat(synced).containsExactly("/a/b []", "/a [b]", "/ [a]", "/a/b [c]");
  }

  @Test
  void namesThatWaitAreSyncedTogetherEachDirectoryOnce() throws IOException {
    put("a/1", LATER);
    put("a/2", LATER);
    put("b/1", LATER);
    assertThat(synced).isEmpty();

    store.syncNames(Set.of(at("a/"), at("b/"), at("gone/")));

    assertThat(synced).containsExactlyInAnyOrder("/a [1, 2]", "/b [1]", "/ [a, b]");
  }

  @Test
  void aLinkLeadsToTheDirectoriesThatHoldTheNames() throws IOException {
    Files.createDirectories(directory.resolve("real/deep"));
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("real/deep"));
    put("link/1", LATER);

    store.syncNames(Set.of(at("link/")));

    assertThat(synced).containsExactly("/real/deep [1]", "/real [deep]", "/ [link, real]");
  }

  @Test
  void unsyncedNamesAreSyncedOnceForEachOfTheirDirectories() throws IOException {
    UnsyncedNames names = new UnsyncedNames(store, at(""));
    for (String name : List.of("1", "a/1", "a/2", "1", "a/1", "aa")) {
      put(name, LATER);
      names.add(name);
    }

    names.sync();
    names.sync();

    assertThat(synced).containsExactlyInAnyOrder("/a [1, 2]", "/ [1, a, aa]");
  }

  @Test
  void unsyncedNamesDoNotPileUp() throws IOException {
    UnsyncedNames names = new UnsyncedNames(store, at(""));
    for (int i = 0; i < 1001; i++) {
      Files.createDirectory(directory.resolve("d" + i));
      names.add("d" + i + "/1");
    }

    assertThat(synced).hasSize(1002);
  }

  @Test
  void deletionsAreSyncedOnceForEachOfTheirDirectories() throws IOException {
    for (String name : List.of("1", "a/1", "a/2", "a/3")) {
      put(name, LATER);
    }

    store.delete(at("1"));
    store.deleteBatch(List.of(at("a/1"), at("a/2"), at("a/gone"), at("nowhere/gone")));

    assertThat(synced).containsExactly("/ [a]", "/a [3]");
  }

  @Test
  void anObjectWhoseNameCannotBeSyncedIsNotPutAndMayBeCompletedAgain() throws IOException {
    failure = "Input/output error";
    StagedObject staged;
    try (ObjectWriter writer = store.createWriter(at("a"), WriterOptions.DEFAULT)) {
      writer.write(buffer(content(10)));
      staged = writer.stage();
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(staged::complete)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Cannot put " + at("a") + ": Input/output error");
    }
    failure = null;

    staged.complete();

    assertThat(synced).containsExactly("/ [a]");
  }

  @Test
  void aFileSystemThatSyncsNoDirectoryIsWrittenToAllTheSame() throws IOException {
    failure = "Invalid argument";

    put("a/b", WriterOptions.DEFAULT);
    store.syncNames(Set.of(at("a/")));

    assertThat(directory.resolve("a/b")).exists();
  }

  @Test
  void aDirectoryThatMayNotBeReadIsWrittenToAllTheSame() throws Exception {
    Path dropBox = Files.createDirectory(directory.resolve("dropbox"));
    Files.createDirectory(dropBox.resolve("deep"));
    Files.setPosixFilePermissions(dropBox, PosixFilePermissions.fromString("-wx------"));
    try {
      WithoutPrivileges.run(
          () -> {
            put("dropbox/1", WriterOptions.DEFAULT);
            put("dropbox/deep/1", LATER);
            store.syncNames(Set.of(at("dropbox/"), at("dropbox/deep/")));
          });
    } finally {
      Files.setPosixFilePermissions(dropBox, PosixFilePermissions.fromString("rwx------"));
    }

    assertThatCode(() -> store.stat(at("dropbox/1"))).doesNotThrowAnyException();
    assertThat(synced).containsOnlyOnce("/dropbox/deep [1]");
    try (Stream<Path> files = Files.list(dropBox)) {
      assertThat(files).hasSize(2);
    }
  }
}
