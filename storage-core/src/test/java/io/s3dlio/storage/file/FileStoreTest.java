package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.buffer;
import static io.s3dlio.storage.file.LocalTest.bytes;
import static io.s3dlio.storage.file.LocalTest.content;
import static io.s3dlio.storage.file.LocalTest.file;
import static io.s3dlio.storage.file.LocalTest.names;
import static io.s3dlio.storage.file.LocalTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.PageCacheMode;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileStoreTest {
  private static final FileSource.Opener CHANNELS =
      (path, offset, wanted, length) -> new ChannelSource(path);
  private static final FileSource.Opener DESCRIPTORS =
      new CachedSources(PageCacheMode.NORMAL, PageCache.shared());

  private final Path directory;
  private final FileStore store = new FileStore(StoreConfig.DEFAULT);

  FileStoreTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private ObjectInfo put(String name, byte[] content) throws IOException {
    return store.put(at(name), buffer(content), WriterOptions.DEFAULT);
  }

  private Location at(String name) {
    return file(directory).append("/" + name);
  }

  private static FileStore storeWith(ChannelOpener opener) {
    return new FileStore(StoreConfig.DEFAULT, opener, PageCache.shared());
  }

  // ---- reading

  @Test
  void attributesAreThoseOfTheFile() throws IOException {
    Path path = directory.resolve("a");
    Files.write(path, content(1234));
    Instant written = Instant.parse("2026-03-04T05:06:07.123456789Z");
    Files.setLastModifiedTime(path, FileTime.from(written));

    ObjectInfo object = store.stat(at("a"));

    assertThat(object.length()).isEqualTo(1234);
    assertThat(object.lastModified()).isEqualTo(written);
    assertThat(object.location()).isEqualTo(at("a"));
    assertThat(object.etag()).matches("[0-9a-f-]+");
  }

  @Test
  void aFileWrittenInPlaceHasChanged() throws IOException {
    ObjectInfo object = put("a", content(100));
    Files.write(directory.resolve("a"), new byte[100]);
    // Time is part of the version, and its grain differs between file systems.
    Files.setLastModifiedTime(
        directory.resolve("a"), FileTime.from(object.lastModified().plusNanos(1_000)));

    assertThatThrownBy(() -> read(store, object))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessage(
            "Cannot read %s: it was written again since it was listed. List it again", at("a"));
  }

  @Test
  void aFileOfTheSameSizeAndTimeIsAnotherIfItIsAnotherFile() throws IOException {
    ObjectInfo object = put("a", content(100));
    ObjectInfo other = put("b", new byte[100]);
    Files.setLastModifiedTime(directory.resolve("b"), FileTime.from(object.lastModified()));
    Files.move(directory.resolve("a"), directory.resolve("kept"));
    Files.move(directory.resolve("b"), directory.resolve("a"));

    assertThat(other.length()).isEqualTo(object.length());
    assertThatThrownBy(() -> read(store, object)).isInstanceOf(ObjectChangedException.class);
  }

  @Test
  void aFileTruncatedInPlaceHasChangedOrIsTruncated() throws IOException {
    ObjectInfo object = put("a", content(10_000));
    try (FileChannel channel = FileChannel.open(directory.resolve("a"), StandardOpenOption.WRITE)) {
      channel.truncate(4_000);
    }
    ByteBuffer target = ByteBuffer.allocateDirect(10_000);

    assertThatThrownBy(() -> store.read(ReadRequest.of(object, 0, target)))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(target.position()).isZero();
    assertThatThrownBy(() -> store.read(new ReadRequest(at("a"), "", 0, target)))
        .isInstanceOf(TruncatedException.class)
        .hasMessageContaining("the range ends at byte 10000, the object at byte 4000");
    assertThat(target.position()).isEqualTo(4_000);
  }

  @ParameterizedTest
  @MethodSource("openers")
  void aFileThatChangesWhileItIsReadHasChanged(FileSource.Opener opener) throws IOException {
    ObjectInfo object = put("a", content(5_000));
    LocalStore objects =
        objectsThatAfterReading(
            opener,
            () -> Files.write(directory.resolve("a"), content(100), StandardOpenOption.APPEND));
    ByteBuffer target = ByteBuffer.allocateDirect(5_000);

    assertThatThrownBy(() -> objects.read(ReadRequest.of(object, 0, target)))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(target.position()).isZero();
    assertThat(target.limit()).isEqualTo(5_000);
  }

  @Test
  void aFileThatVanishesWhileItIsReadIsNotFoundIfOnlyItsPathCanBeAsked() throws IOException {
    ObjectInfo object = put("a", content(5_000));
    LocalStore objects =
        objectsThatAfterReading(CHANNELS, () -> Files.delete(directory.resolve("a")));
    ByteBuffer target = ByteBuffer.allocateDirect(5_000);

    assertThatThrownBy(() -> objects.read(ReadRequest.of(object, 0, target)))
        .isInstanceOf(NotFoundException.class);
    assertThat(target.position()).isZero();
  }

  @Test
  void aFileThatIsReplacedWhileItIsReadWasReadIfTheOpenFileCanBeAsked() throws IOException {
    ObjectInfo object = put("a", content(5_000));
    LocalStore objects = objectsThatAfterReading(DESCRIPTORS, () -> put("a", new byte[5_000]));

    assertThat(read(objects, object)).isEqualTo(content(5_000));
    assertThatThrownBy(() -> read(objects, object)).isInstanceOf(ObjectChangedException.class);
  }

  private static List<FileSource.Opener> openers() {
    return List.of(CHANNELS, DESCRIPTORS);
  }

  /** Something that happens to the files. */
  @FunctionalInterface
  private interface Event {
    void happen() throws IOException;
  }

  private static LocalStore objectsThatAfterReading(FileSource.Opener opener, Event event) {
    return new LocalStore(
        "file",
        (path, offset, wanted, length) ->
            new EventfulSource(opener.open(path, offset, wanted, length), event),
        (path, options) -> {
          throw new IOException("nothing is written");
        },
        new DirectorySync(ChannelOpener.SYSTEM)) {};
  }

  /** A file to which something happens once it has been read. */
  private static final class EventfulSource implements FileSource {
    private final FileSource source;
    private final Event event;

    EventfulSource(FileSource source, Event event) {
      this.source = source;
      this.event = event;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      source.read(offset, target);
      event.happen();
    }

    @Override
    public FileVersion version() throws IOException {
      return source.version();
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }

  @Test
  void anEtagOfAnotherStoreIsAnotherVersion() throws IOException {
    put("a", content(100));
    for (String etag : List.of("d41d8cd98f00b204e9800998ecf8427e", "-", "zz-1-1", "\u00e9")) {
      assertThatThrownBy(
              () -> store.read(new ReadRequest(at("a"), etag, 0, ByteBuffer.allocateDirect(100))))
          .isInstanceOf(ObjectChangedException.class);
    }
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeIsNoObjectAndReadingItDoesNotWait() throws Exception {
    makePipe("pipe");

    assertThatThrownBy(() -> store.stat(at("pipe")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("not a regular file");
    assertThatThrownBy(
            () -> store.read(new ReadRequest(at("pipe"), "", 0, ByteBuffer.allocateDirect(1))))
        .isInstanceOf(NotFoundException.class);
    store.delete(at("pipe"));
    assertThat(names(directory)).containsExactly("pipe");
  }

  private void makePipe(String name) throws Exception {
    Process process =
        new ProcessBuilder("mkfifo", directory.resolve(name).toString()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aCircleOfLinksIsAnErrorThatSaysSo() throws IOException {
    Files.createSymbolicLink(directory.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(directory.resolve("b"), Path.of("a"));

    assertThatThrownBy(() -> store.stat(at("a")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("too many levels of symbolic links. Look for");
    assertThatThrownBy(() -> store.exists(at("a"))).isInstanceOf(StorageException.class);
  }

  @Test
  void aNameThatIsTooLongIsAnErrorThatSaysSo() {
    Location location = at("x".repeat(256));

    for (String cause : List.of("stat", "put", "delete")) {
      assertThatThrownBy(
              () -> {
                switch (cause) {
                  case "stat" -> store.stat(location);
                  case "put" -> store.put(location, buffer(new byte[1]), WriterOptions.DEFAULT);
                  default -> store.delete(location);
                }
              })
          .isExactlyInstanceOf(StorageException.class)
          .hasMessage("Cannot %s %s: file name too long. Use shorter names", cause, location);
    }
  }

  @Test
  void aKeyThatIsNotUnicodeIsRefused() {
    assertThatThrownBy(() -> store.stat(at("half a pair \ud834")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("not valid Unicode");
  }

  @Test
  void whatMayNotBeReadIsDenied() throws Exception {
    put("dir/a", content(10));
    put("b", content(10));
    ObjectInfo object = store.stat(at("b"));
    Files.setPosixFilePermissions(directory.resolve("b"), Set.of());
    Files.setPosixFilePermissions(directory.resolve("dir"), Set.of());
    try {
      WithoutPrivileges.run(
          () -> {
            assertThatThrownBy(() -> read(store, object))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessage(
                    "Cannot read %s: permission denied. Check the permissions of the file and of"
                        + " the directories above it",
                    at("b"));
            assertThatThrownBy(() -> store.stat(at("dir/a")))
                .isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> store.exists(at("dir/a")))
                .as("it cannot tell")
                .isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> store.delete(at("dir/a")))
                .isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> put("dir/new", new byte[1]))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageContaining("Cannot put");
          });
    } finally {
      Files.setPosixFilePermissions(
          directory.resolve("dir"), PosixFilePermissions.fromString("rwx------"));
    }
  }

  @ParameterizedTest
  @MethodSource("openers")
  void anInterruptedReadSaysSoAndKeepsTheFlag(FileSource.Opener opener) throws IOException {
    ObjectInfo object = put("a", content(10));
    LocalStore objects = objectsThatAfterReading(opener, () -> {});
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> read(objects, object))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("Cannot read " + at("a"));
    assertThat(Thread.interrupted()).isTrue();
  }

  // ---- writing

  @Test
  void anInterruptedWriteSaysSoKeepsTheFlagAndLeavesNothing() throws IOException {
    ObjectWriter writer = store.createWriter(at("a"), WriterOptions.DEFAULT);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> writer.write(buffer(content(10))))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(names(directory)).isEmpty();
    writer.close();
  }

  @Test
  void aFullDeviceIsAnErrorThatSaysSoAndLeavesNothing() throws IOException {
    FileStore full =
        storeWith(
            (path, options) -> {
              FileChannel.open(path, options).close();
              return FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
            });

    assertThatThrownBy(() -> full.put(at("a"), buffer(content(100)), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage(
            "Cannot put %s: no space left on device. Free space on the device or write elsewhere",
            at("a"));
    assertThat(names(directory)).isEmpty();
    ObjectWriter writer = full.createWriter(at("a"), WriterOptions.DEFAULT);
    assertThatThrownBy(() -> writer.write(buffer(content(100))))
        .isInstanceOf(StorageException.class);
    assertThat(names(directory)).as("before it is closed").isEmpty();
    assertThatThrownBy(() -> writer.write(buffer(content(100))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the writer has ended");
    writer.close();
  }

  @Test
  void bytesThatTheFileDoesNotHaveAreMissed() throws IOException {
    Path elsewhere = Files.createFile(directory.resolve("elsewhere"));
    FileStore losing =
        storeWith(
            (path, options) -> {
              FileChannel.open(path, options).close();
              return FileChannel.open(elsewhere, StandardOpenOption.WRITE);
            });

    try (ObjectWriter writer = losing.createWriter(at("a"), WriterOptions.DEFAULT)) {
      writer.write(buffer(content(100)));
      assertThatThrownBy(writer::complete)
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining("100 bytes were written, the file has 0");
    }
    assertThat(names(directory)).containsExactly("elsewhere");
  }

  @Test
  void aDirectoryThatIsDeletedMeanwhileIsMadeAgainOnce() throws IOException {
    Path deep = directory.resolve("deep");
    int[] opened = {0};
    ChannelOpener deleting =
        (path, options) -> {
          if (++opened[0] == 2) {
            Files.delete(deep);
          }
          return FileChannel.open(path, options);
        };

    storeWith(deleting)
        .put(at("deep/a"), buffer(content(7)), WriterOptions.DEFAULT.withSyncName(false));

    assertThat(opened[0]).isEqualTo(3);
    assertThat(Files.readAllBytes(deep.resolve("a"))).isEqualTo(content(7));
    FileStore hopeless =
        storeWith(
            (path, options) -> {
              throw new NoSuchFileException(path.toString());
            });
    assertThatThrownBy(() -> hopeless.put(at("deep/b"), buffer(content(7)), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("was removed meanwhile");
  }

  @Test
  void anUnfinishedWriteThatIsRemovedFailsAndShowsNothing() throws IOException {
    WriterOptions options = WriterOptions.DEFAULT.withWriterId("w");
    for (boolean replace : new boolean[] {true, false}) {
      try (ObjectWriter writer =
          store.createWriter(at("a"), options.withReplaceExisting(replace))) {
        writer.write(buffer(content(10)));
        StagedObject staged = writer.stage();
        assertThat(
                store.abortUnfinished(file(directory).asPrefix(), "w", Instant.EPOCH, all -> all))
            .isEqualTo(1);
        assertThatThrownBy(staged::complete)
            .isExactlyInstanceOf(StorageException.class)
            .hasMessageContaining("was removed meanwhile");
      }
    }
    assertThat(names(directory)).isEmpty();
  }

  @Test
  void writingToALinkReplacesTheLink() throws IOException {
    Files.write(directory.resolve("target"), content(10));
    Files.createSymbolicLink(directory.resolve("link"), Path.of("target"));

    put("link", content(20));

    assertThat(Files.isSymbolicLink(directory.resolve("link"))).isFalse();
    assertThat(Files.readAllBytes(directory.resolve("link"))).isEqualTo(content(20));
    assertThat(Files.readAllBytes(directory.resolve("target"))).isEqualTo(content(10));
  }

  @Test
  void aCompletionWhoseAnswerWasLostIsTriedAgain() throws IOException {
    try (ObjectWriter writer =
        store.createWriter(at("a"), WriterOptions.DEFAULT.withReplaceExisting(false))) {
      writer.write(buffer(content(10)));
      StagedObject staged = writer.stage();
      Path temp = directory.resolve(names(directory).get(0));
      Files.createLink(directory.resolve("a"), temp);

      assertThat(staged.complete()).isEqualTo(store.stat(at("a")));
    }
    assertThat(names(directory)).containsExactly("a");
  }

  @Test
  void aFileSystemWithoutHardLinksSaysWhatToDo() {
    Path path = directory.resolve("a");
    for (String reason : List.of("Operation not permitted", "Function not implemented")) {
      assertThat(
              FileErrors.linking(
                  "put", at("a"), path, new FileSystemException("temp", "a", reason)))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining("makes no hard link")
          .hasMessageContaining("replaceExisting");
    }
  }

  @Test
  void namesOfUnfinishedWritesAreKept() throws IOException {
    String temp = TempNames.create("anonymous");
    assertThatThrownBy(() -> put(temp, new byte[1]))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("kept for writes under way");
    assertThatThrownBy(() -> store.createWriter(at(temp), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class);

    put(".s3dlio-looks-alike.tmp", new byte[1]);
    Files.write(directory.resolve(temp), new byte[1]);
    assertThat(LocalTest.list(store, file(directory).asPrefix()))
        .containsExactly(".s3dlio-looks-alike.tmp");
  }

  @Test
  void aWriterHoldsItsFileBesideTheObjectUnderItsOwnName() throws IOException {
    WriterOptions options = WriterOptions.DEFAULT.withWriterId("job-7-attempt-1");
    try (ObjectWriter writer = store.createWriter(at("dir/a"), options)) {
      assertThat(names(directory.resolve("dir")))
          .singleElement()
          .asString()
          .startsWith(".s3dlio-job-7-attempt-1-")
          .endsWith(".tmp");
      writer.complete();
    }
    assertThat(names(directory.resolve("dir"))).containsExactly("a");
  }

  // ---- deleting

  @Test
  void deletingALinkLeavesWhatItLeadsTo() throws IOException {
    put("target/a", content(10));
    Files.createSymbolicLink(directory.resolve("file"), Path.of("target/a"));
    Files.createSymbolicLink(directory.resolve("dir"), Path.of("target"));

    store.delete(at("file"));
    store.delete(at("dir"));

    assertThat(names(directory)).containsExactly("dir", "target");
    assertThat(names(directory.resolve("target"))).containsExactly("a");
  }

  @Test
  void anEmptyDirectoryIsNotDeleted() throws IOException {
    Files.createDirectory(directory.resolve("empty"));

    store.delete(at("empty"));
    store.delete(at("empty/"));

    assertThat(names(directory)).containsExactly("empty");
  }

  @Test
  void abortingWithinANameCoversTheDirectoriesThatBeginSo() throws IOException {
    WriterOptions options = WriterOptions.DEFAULT.withWriterId("w");
    for (String name : List.of("train/a", "train/deep/b", "test/c", "trace.bin")) {
      store.createWriter(at(name), options).write(buffer(content(1)));
    }

    assertThat(store.abortUnfinished(at("tr"), "w", Instant.EPOCH, all -> all)).isEqualTo(2);
    assertThat(
            store.abortUnfinished(at(""), "w", Instant.now().plus(Duration.ofDays(1)), all -> all))
        .as("the id alone tells whose they are")
        .isEqualTo(2);
  }

  @Test
  void whatNobodyHasWrittenToForAWeekIsRemovedWhoeverBeganIt() throws IOException {
    Instant now = Instant.now();
    put("old", content(1));
    Files.setLastModifiedTime(directory.resolve("old"), FileTime.from(Instant.EPOCH));
    for (String writer : List.of("dead", "idle")) {
      store
          .createWriter(at("deep/" + writer), WriterOptions.DEFAULT.withWriterId(writer))
          .write(buffer(content(1)));
    }
    age("dead", now.minus(Duration.ofDays(7)).minusSeconds(1));
    age("idle", now.minus(Duration.ofDays(7)).plusSeconds(1));

    assertThat(store.abortUnfinished(at("other/"), "w", now, all -> all)).isZero();
    assertThat(store.abortUnfinished(at(""), "w", now, all -> all)).isEqualTo(1);

    assertThat(names(directory)).containsExactly("deep", "old");
    assertThat(names(directory.resolve("deep")))
        .singleElement()
        .asString()
        .startsWith(".s3dlio-idle-");
  }

  private void age(String writer, Instant time) throws IOException {
    for (String name : names(directory.resolve("deep"))) {
      if (name.startsWith(".s3dlio-" + writer)) {
        Files.setLastModifiedTime(directory.resolve("deep").resolve(name), FileTime.from(time));
      }
    }
  }

  @Test
  void linksThatLeadNowhereOrBackDoNotKeepUnfinishedWrites() throws IOException {
    Files.createDirectories(directory.resolve("real/deep"));
    Files.createSymbolicLink(directory.resolve("real/deep/back"), directory.resolve("real"));
    Files.createSymbolicLink(directory.resolve("real/nowhere"), directory.resolve("missing"));
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("real/deep"));
    store
        .createWriter(at("link/a"), WriterOptions.DEFAULT.withWriterId("w"))
        .write(buffer(content(1)));

    assertThat(store.abortUnfinished(at("link/"), "w", Instant.now(), all -> all)).isEqualTo(1);
  }

  // ---- the C locale

  @Test
  void namesAreUtf8InTheCLocaleToo() throws Exception {
    String key = "gr\u00fc\u00dfe/\u65e5\u672c \ud834\udd1e";
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            CLocale.class.getName(),
            directory.toString());
    java.environment().put("LC_ALL", "C");
    Process process = java.inheritIO().start();

    assertThat(process.waitFor()).isZero();
    assertThat(bytes(store.get(at(key)))).isEqualTo(content(9));
  }

  /** Runs in a JVM whose own paths are ASCII. */
  static final class CLocale {
    private CLocale() {}

    public static void main(String[] args) throws IOException {
      String key = "gr\u00fc\u00dfe/\u65e5\u672c \ud834\udd1e";
      Path directory = Path.of(args[0]);
      FileStore store = new FileStore(StoreConfig.DEFAULT.withPageCacheMode(PageCacheMode.RANDOM));
      Location location = file(directory).append("/" + key);
      ObjectInfo written =
          store.put(
              location,
              buffer(content(9)),
              WriterOptions.DEFAULT.withPageCacheMode(PageCacheMode.DONT_NEED));
      List<String> listed = LocalTest.list(store, file(directory).asPrefix());
      if (!listed.equals(List.of(key))) {
        throw new IllegalStateException("listed " + listed);
      }
      if (read(store, written).length != 9 || store.adviceWithheld() > 0) {
        throw new IllegalStateException("read " + store.adviceWithheld());
      }
    }
  }
}
