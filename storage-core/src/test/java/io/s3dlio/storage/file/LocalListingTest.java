package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.file;
import static io.s3dlio.storage.file.LocalTest.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalListingTest {
  private final Path directory;
  private final Location prefix;
  private final FileStore store = new FileStore(StoreConfig.DEFAULT);

  LocalListingTest(@TempDir Path directory) {
    this.directory = directory;
    this.prefix = file(directory).asPrefix();
  }

  private Path touch(String name) throws IOException {
    Path path = directory.resolve(name);
    Files.createDirectories(path.resolveSibling("."));
    return Files.write(path, new byte[1]);
  }

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(directory.resolve(name), Path.of(target));
  }

  @Test
  void linksToFilesAndDirectoriesAreFollowed() throws IOException {
    touch("real/a");
    touch("real/deep/b");
    link("file", "real/a");
    link("dir", "real");

    assertThat(list(store, prefix))
        .containsExactly("dir/a", "dir/deep/b", "file", "real/a", "real/deep/b");
  }

  @Test
  void aLinkThatLeadsBackIsNotFollowed() throws IOException {
    touch("a/b/file");
    link("a/b/self", ".");
    link("a/b/up", "../..");
    link("a/b/absolute", directory.resolve("a").toString());

    assertThat(list(store, prefix)).containsExactly("a/b/file");
    assertThat(list(store, prefix.append("a/b/"))).contains("file").hasSizeLessThan(20);
  }

  @Test
  void twoLinksToOneDirectoryAreTwoPrefixes() throws IOException {
    touch("real/file");
    link("one", "real");
    link("two", "one");

    assertThat(list(store, prefix)).containsExactly("one/file", "real/file", "two/file");
  }

  @Test
  void whatLeadsNowhereIsNoObject() throws IOException {
    touch("file");
    link("dangling", "missing");
    link("circle", "circle");
    link("through-a-file", "file/below");
    link("through-a-circle", "circle/below");
    link("too-long", "x".repeat(300));

    assertThat(list(store, prefix)).containsExactly("file");
    assertThat(list(store, prefix.append("circle/"))).isEmpty();
    assertThat(list(store, prefix.append("x".repeat(300) + "/"))).isEmpty();
  }

  @Test
  void pipesSocketsAndDevicesAreNoObjects() throws Exception {
    touch("file");
    link("device", "/dev/null");
    Process process =
        new ProcessBuilder("mkfifo", directory.resolve("pipe").toString()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));

      assertThat(list(store, prefix)).containsExactly("file");
    }
    Files.delete(directory.resolve("device"));
  }

  @Test
  void whatVanishesDuringTheListingIsLeftOut() throws IOException {
    for (String name : List.of("a", "b", "c/1", "d/2", "e")) {
      touch(name);
    }
    List<String> names = new ArrayList<>();
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      names.add(listing.next().location().name());
      Files.delete(directory.resolve("b"));
      Files.delete(directory.resolve("c/1"));
      Files.delete(directory.resolve("c"));
      while (listing.hasNext()) {
        names.add(listing.next().location().name());
      }
    }

    assertThat(names).containsExactly("a", "2", "e");
  }

  @Test
  void objectsAreLookedAtWhenTheirTurnComes() throws IOException {
    touch("a");
    Path late = touch("b");
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      listing.next();
      Files.write(late, new byte[77]);
      assertThat(listing.next().length()).isEqualTo(77);
    }
  }

  @Test
  void anUnreadableDirectoryIsAnErrorUntilItCanBeRead() throws Exception {
    touch("a");
    touch("b/1");
    touch("c");
    Files.setPosixFilePermissions(directory.resolve("b"), Set.of());
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      assertThat(listing.next().location().name()).isEqualTo("a");
      WithoutPrivileges.run(
          () -> {
            for (int i = 0; i < 2; i++) {
              assertThatThrownBy(listing::hasNext)
                  .isInstanceOf(AccessDeniedException.class)
                  .hasMessageContaining("Cannot list " + prefix.append("b/"));
            }
            assertThat(list(store, prefix.append("c"))).as("not in the way").hasSize(1);
          });
      Files.setPosixFilePermissions(
          directory.resolve("b"), PosixFilePermissions.fromString("rwx------"));
      assertThat(listing.next().location().name()).isEqualTo("1");
      assertThat(listing.next().location().name()).isEqualTo("c");
    }
  }

  @Test
  void aDirectoryThatMayBeReadButNotEnteredIsAnError() throws Exception {
    touch("b/1");
    Files.setPosixFilePermissions(
        directory.resolve("b"), PosixFilePermissions.fromString("r--------"));
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      WithoutPrivileges.run(
          () -> {
            for (int i = 0; i < 2; i++) {
              assertThatThrownBy(listing::hasNext)
                  .isInstanceOf(AccessDeniedException.class)
                  .hasMessageContaining("Cannot list " + prefix.append("b/1"));
            }
          });
      assertThat(listing.hasNext()).isTrue();
    } finally {
      Files.setPosixFilePermissions(
          directory.resolve("b"), PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aNameThatIsNotUtf8IsAnErrorThatNamesItsDirectory() throws IOException {
    touch("a");
    touch("bad/x");
    Files.write(Path.of(URI.create(directory.resolve("bad").toUri() + "latin-%E9")), new byte[1]);

    assertThatThrownBy(() -> list(store, prefix))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("Cannot list " + prefix.append("bad/"))
        .hasMessageContaining("bytes 6c6174696e2de9");
    assertThat(list(store, prefix.append("a"))).containsExactly("");
  }

  @Test
  void directoriesBeforeTheStartAreNotRead() throws Exception {
    touch("a/1");
    touch("b/1");
    touch("b/2");
    touch("c");
    Files.setPosixFilePermissions(directory.resolve("a"), Set.of());
    try (ObjectListing listing =
        store.list(prefix, new ListOptions(true, prefix.append("b/1").key()))) {
      WithoutPrivileges.run(
          () -> {
            assertThat(listing.next().location().key()).endsWith("b/2");
            assertThat(listing.next().location().key()).endsWith("/c");
            assertThat(listing.hasNext()).isFalse();
          });
    } finally {
      Files.setPosixFilePermissions(
          directory.resolve("a"), PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aDirectoryWithTheNameOfAnUnfinishedWriteIsOneLikeAnother() throws IOException {
    String name = TempNames.create("w");
    touch(name + "/file");

    assertThat(list(store, prefix)).containsExactly(name + "/file");
  }

  @Test
  void aClosedListingHasEnded() throws IOException {
    touch("a");
    touch("b");
    ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE);
    listing.next();
    listing.close();

    assertThat(listing.hasNext()).isFalse();
  }
}
