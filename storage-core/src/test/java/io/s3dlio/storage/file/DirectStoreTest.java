package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.aligned;
import static io.s3dlio.storage.file.LocalTest.buffer;
import static io.s3dlio.storage.file.LocalTest.content;
import static io.s3dlio.storage.file.LocalTest.direct;
import static io.s3dlio.storage.file.LocalTest.names;
import static io.s3dlio.storage.file.LocalTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.nio.file.ExtendedOpenOption;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.telemetry.Counted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectStoreTest {
  private static final StoreConfig FALLBACK = StoreConfig.DEFAULT.withDirectFallback(true);

  private final Path directory;

  DirectStoreTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  private Location at(String name) {
    return direct(directory).append("/" + name);
  }

  /** Makes a file the way others do. */
  private Path file(String name, int length) throws IOException {
    return Files.write(directory.resolve(name), content(length));
  }

  private static boolean isDirect(Set<? extends OpenOption> options) {
    return options.contains(ExtendedOpenOption.DIRECT);
  }

  private static IOException refusal(Path path) {
    return new FileSystemException(path.toString(), null, "Invalid argument");
  }

  /** A file system that refuses when a file is opened, after it has made it. */
  private static FileChannel refuseToOpen(Path path, Set<? extends OpenOption> options)
      throws IOException {
    if (isDirect(options)) {
      FileChannel.open(path, options).close();
      throw refusal(path);
    }
    return FileChannel.open(path, options);
  }

  /** A file system that refuses the first transfer. */
  private static FileChannel refuseToTransfer(Path path, Set<? extends OpenOption> options)
      throws IOException {
    FileChannel real = FileChannel.open(path, options);
    if (!isDirect(options)) {
      return real;
    }
    return new ScriptedChannel(real) {
      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        throw new IOException("Invalid argument");
      }

      @Override
      public int write(ByteBuffer source, long position) throws IOException {
        throw new IOException("Invalid argument");
      }
    };
  }

  private static final List<ChannelOpener> REFUSING =
      List.of(DirectStoreTest::refuseToOpen, DirectStoreTest::refuseToTransfer);

  @Test
  void readsAndWritesLeaveNothingInThePageCache() throws IOException {
    Path path = ResidentPages.coldFile(directory, 512);
    DirectStore store = new DirectStore(StoreConfig.DEFAULT);
    ObjectInfo object = store.stat(direct(path));

    assertThat(read(store, object)).isEqualTo(content(512 * ResidentPages.PAGE));
    assertThat(ResidentPages.of(path)).isZero();

    store.put(at("written"), buffer(content(512 * 4096 + 5)), WriterOptions.DEFAULT);
    assertThat(ResidentPages.of(directory.resolve("written"))).isLessThan(32);
    assertThat(store.cachedFallbacks()).isZero();
  }

  @Test
  void alignedMemoryIsFilledWithoutACopy() throws IOException {
    file("a", (20 << 20) + 100);
    List<Integer> transfers = new ArrayList<>();
    ByteBuffer target = aligned(20 << 20);
    DirectStore store =
        new DirectStore(
            StoreConfig.DEFAULT,
            (path, options) ->
                new ScriptedChannel(FileChannel.open(path, options)) {
                  @Override
                  public int read(ByteBuffer memory, long position) throws IOException {
                    assertThat(memory).isSameAs(target);
                    transfers.add(memory.remaining());
                    return super.read(memory, position);
                  }
                });
    long leases = BufferPool.shared().stats().leases();

    store.read(ReadRequest.of(store.stat(at("a")), 0, target));

    assertThat(transfers).containsExactly(8 << 20, 8 << 20, 4 << 20);
    assertThat(LocalTest.bytes(target.flip()))
        .isEqualTo(Arrays.copyOf(content((20 << 20) + 100), 20 << 20));
    assertThat(BufferPool.shared().stats().leases()).isEqualTo(leases);
  }

  @Test
  void memoryThatIsAlignedAsTheFileIsCopiedAtItsEndsAlone() throws IOException {
    file("a", 5 << 20);
    List<String> transfers = new ArrayList<>();
    ByteBuffer target = aligned(5 << 20).position(4096 + 100).limit((4 << 20) + 50);
    DirectStore store =
        new DirectStore(
            StoreConfig.DEFAULT,
            (path, options) ->
                new ScriptedChannel(FileChannel.open(path, options)) {
                  @Override
                  @SuppressWarnings("ReferenceEquality")
                  public int read(ByteBuffer memory, long position) throws IOException {
                    String what = memory == target ? "straight" : "bounced";
                    transfers.add(what + " " + memory.remaining() + " at " + position);
                    return super.read(memory, position);
                  }
                });

    store.read(ReadRequest.of(store.stat(at("a")), 100, target));

    assertThat(transfers)
        .containsExactly(
            "bounced 4096 at 0",
            "straight %d at 4096".formatted((4 << 20) - 8192),
            "bounced 4096 at %d".formatted((4 << 20) - 4096));
    assertThat(LocalTest.bytes(target.position(4096 + 100)))
        .isEqualTo(Arrays.copyOfRange(content(5 << 20), 100, (4 << 20) + 50 - 4096));
  }

  @Test
  void aRefusedReadSaysWhatToDo() throws IOException {
    file("a", 10_000);
    for (ChannelOpener opener : REFUSING) {
      DirectStore store = new DirectStore(StoreConfig.DEFAULT, opener);
      ByteBuffer target = ByteBuffer.allocateDirect(10_000);

      assertThatThrownBy(() -> store.read(ReadRequest.of(store.stat(at("a")), 0, target)))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessage(
              "Cannot read %s: the file system refuses O_DIRECT. Set directFallback=true to go"
                  + " through the page cache, or use file://",
              at("a"))
          .hasRootCauseMessage(
              opener == REFUSING.get(0) ? refusalMessage("a") : "Invalid argument");
      assertThat(target.position()).isZero();
      assertThat(store.cachedFallbacks()).isZero();
    }
  }

  private String refusalMessage(String name) {
    return directory.resolve(name) + ": Invalid argument";
  }

  @Test
  void aRefusedReadGoesThroughThePageCacheIfItMay() throws IOException {
    file("a", 10_000);
    for (ChannelOpener opener : REFUSING) {
      DirectStore store = new DirectStore(FALLBACK, opener);

      assertThat(read(store, store.stat(at("a")))).isEqualTo(content(10_000));
      assertThat(read(store, store.stat(at("a")))).isEqualTo(content(10_000));
      assertThat(store.cachedFallbacks()).isEqualTo(2);
    }
  }

  @Test
  void whatGoesThroughThePageCacheIsCountedAndNothingElseIs() throws Exception {
    file("a", 10_000);
    DirectStore refused = new DirectStore(FALLBACK, REFUSING.get(0));
    DirectStore direct = new DirectStore(FALLBACK);

    assertThat(Counted.during(() -> read(refused, refused.stat(at("a")))))
        .isEqualTo(Map.of("direct.fallbacks", 1L));
    assertThat(
            Counted.during(() -> refused.put(at("b"), buffer(content(100)), WriterOptions.DEFAULT)))
        .isEqualTo(Map.of("direct.fallbacks", 1L));
    assertThat(Counted.during(() -> read(direct, direct.stat(at("a"))))).isEmpty();
  }

  @Test
  void aRefusedWriteSaysWhatToDoAndLeavesNothing() throws IOException {
    for (ChannelOpener opener : REFUSING) {
      DirectStore store = new DirectStore(StoreConfig.DEFAULT, opener);

      assertThatThrownBy(() -> store.put(at("a"), buffer(content(3 << 20)), WriterOptions.DEFAULT))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageStartingWith("Cannot put %s: the file system refuses O_DIRECT. Set ", at("a"));
      assertThat(names(directory)).isEmpty();
    }
  }

  @Test
  void aRefusedWriteGoesThroughThePageCacheIfItMay() throws IOException {
    for (ChannelOpener opener : REFUSING) {
      DirectStore store = new DirectStore(FALLBACK, opener);
      for (int length : new int[] {100, (3 << 20) + 1}) {
        store.put(at("a"), buffer(content(length)), WriterOptions.DEFAULT);

        assertThat(Files.readAllBytes(directory.resolve("a"))).isEqualTo(content(length));
        assertThat(names(directory)).containsExactly("a");
      }
      assertThat(store.cachedFallbacks()).isEqualTo(2);
    }
  }

  @Test
  void otherFailuresAreNoReasonToGoThroughThePageCache() throws IOException {
    file("a", 10_000);
    DirectStore store =
        new DirectStore(
            FALLBACK,
            (path, options) ->
                new ScriptedChannel(FileChannel.open(path, options)) {
                  private int reads;

                  @Override
                  public int read(ByteBuffer target, long position) throws IOException {
                    throw new IOException("Input/output error");
                  }

                  @Override
                  public int write(ByteBuffer source, long position) throws IOException {
                    if (reads++ > 0) {
                      throw new IOException("Invalid argument");
                    }
                    return super.write(source, position);
                  }
                });

    assertThatThrownBy(() -> read(store, store.stat(at("a"))))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read %s: Input/output error", at("a"));
    assertThatThrownBy(() -> store.put(at("b"), buffer(content(5 << 20)), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot put %s: Invalid argument", at("b"));
    assertThat(store.cachedFallbacks()).isZero();
    assertThat(names(directory)).containsExactly("a");
  }

  @Test
  void aReadThatHasBegunDoesNotGoThroughThePageCache() throws IOException {
    file("a", 20 << 20);
    DirectStore store =
        new DirectStore(
            FALLBACK,
            (path, options) ->
                new ScriptedChannel(FileChannel.open(path, options)) {
                  @Override
                  public int read(ByteBuffer target, long position) throws IOException {
                    if (position > 0) {
                      throw new IOException("Invalid argument");
                    }
                    return super.read(target, position);
                  }
                });
    ByteBuffer target = aligned(20 << 20);

    assertThatThrownBy(() -> store.read(ReadRequest.of(store.stat(at("a")), 0, target)))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read %s: Invalid argument", at("a"));
    assertThat(target.position()).isEqualTo(8 << 20);
    assertThat(store.cachedFallbacks()).isZero();
  }

  @Test
  void aDirectoryIsNotFoundThoughTheKernelCallsItAnInvalidArgument() throws IOException {
    Files.createDirectory(directory.resolve("dir"));
    DirectStore store = new DirectStore(FALLBACK);

    assertThatThrownBy(() -> store.read(new ReadRequest(at("dir"), "1-1-1", 0, aligned(8192))))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("it is a directory");
    assertThat(store.cachedFallbacks()).isZero();
  }

  @Test
  void everyLeaseIsGivenBack() throws IOException {
    file("a", 100_001);
    long leases = BufferPool.shared().stats().leases();
    DirectStore store = new DirectStore(StoreConfig.DEFAULT);
    DirectStore refusing = new DirectStore(StoreConfig.DEFAULT, DirectStoreTest::refuseToTransfer);

    read(store, store.stat(at("a")));
    store.put(at("b"), buffer(content(100)), WriterOptions.DEFAULT);
    try (ObjectWriter givenUp = store.createWriter(at("c"), WriterOptions.DEFAULT)) {
      givenUp.write(buffer(content(100)));
    }
    assertThatThrownBy(() -> read(refusing, store.stat(at("a"))))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> refusing.put(at("b"), buffer(content(2 << 20)), WriterOptions.DEFAULT))
        .isInstanceOf(StorageException.class);

    assertThat(BufferPool.shared().stats().leases()).isEqualTo(leases);
  }

  @Test
  void listedObjectsAreInThisStore() throws IOException {
    file("a", 1);
    DirectStore store = new DirectStore(StoreConfig.DEFAULT);
    try (ObjectListing listing = store.list(at(""), ListOptions.FLAT)) {
      ObjectInfo object = listing.next();
      assertThat(object.location()).isEqualTo(at("a"));
      assertThat(read(store, object)).isEqualTo(content(1));
    }
    assertThat(store.rangeDefaults()).isEqualTo(RangeEngineConfig.DIRECT);
  }
}
