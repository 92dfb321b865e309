package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.bytes;
import static io.s3dlio.storage.file.LocalTest.content;
import static io.s3dlio.storage.file.LocalTest.file;
import static io.s3dlio.storage.file.ResidentPages.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.PageCacheMode;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageCacheTest {
  private final Path directory;

  PageCacheTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  private static FileStore store(PageCacheMode mode) {
    return new FileStore(StoreConfig.DEFAULT.withPageCacheMode(mode));
  }

  private static void read(FileStore store, Path path, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    store.read(ReadRequest.of(store.stat(file(path)), offset, target));
  }

  @Test
  void aReadThatNeedsItsPagesNoMoreLeavesFew() throws IOException {
    Path path = ResidentPages.coldFile(directory, 512);

    read(store(PageCacheMode.DONT_NEED), path, 0, 512 * PAGE);

    assertThat(ResidentPages.of(path)).isLessThan(32);
  }

  @Test
  void aPlainReadLeavesItsPages() throws IOException {
    Path path = ResidentPages.coldFile(directory, 512);

    read(store(PageCacheMode.NORMAL), path, 0, 512 * PAGE);

    assertThat(ResidentPages.of(path)).isEqualTo(512);
  }

  @Test
  void aRandomReadReadsNothingAhead() throws IOException {
    Path path = ResidentPages.coldFile(directory, 512);

    read(store(PageCacheMode.RANDOM), path, 0, 8 * PAGE);

    assertThat(ResidentPages.of(path)).isEqualTo(8);
  }

  @Test
  void aPartOfASmallFileIsReadAtRandomUnlessToldOtherwise() throws IOException {
    Path path = ResidentPages.coldFile(directory, 512);

    read(store(PageCacheMode.AUTO), path, 0, 8 * PAGE);

    assertThat(ResidentPages.of(path)).isEqualTo(8);
  }

  @Test
  void aWriteThatNeedsItsPagesNoMoreLeavesFew() throws IOException {
    ResidentPages.coldFile(directory, 1);
    for (PageCacheMode mode : PageCacheMode.values()) {
      Path path = directory.resolve("written-" + mode);
      store(PageCacheMode.NORMAL)
          .put(
              file(path),
              LocalTest.buffer(content(512 * PAGE)),
              WriterOptions.DEFAULT.withPageCacheMode(mode));
      if (mode == PageCacheMode.DONT_NEED) {
        assertThat(ResidentPages.of(path)).isLessThan(32);
      } else {
        assertThat(ResidentPages.of(path)).isEqualTo(512);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyModeReadsTheSameBytes(PageCacheMode mode) throws IOException {
    FileStore store = store(mode);
    byte[] content = content(20_000_003);
    Location location = file(directory).append("/\u00e9 large");
    store.put(location, LocalTest.buffer(content), WriterOptions.DEFAULT);
    long withheld = store.adviceWithheld();
    ByteBuffer target = ByteBuffer.allocateDirect(20_000_000).position(7).limit(19_999_990);

    store.read(ReadRequest.of(store.stat(location), 5, target));

    assertThat(target.position()).isEqualTo(19_999_990);
    assertThat(bytes(target.position(7))).isEqualTo(Arrays.copyOfRange(content, 5, 5 + 19_999_983));
    assertThat(store.adviceWithheld()).isEqualTo(withheld);
    assertThatThrownBy(
            () ->
                store.read(
                    new ReadRequest(
                        file(directory.resolve("missing")),
                        "1-1-1",
                        0,
                        ByteBuffer.allocateDirect(5))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void withoutTheCLibraryReadsGoOnAndAreCounted() throws IOException {
    int[] bound = {0};
    PageCache none =
        new PageCache(
            () -> {
              bound[0]++;
              throw new UnsatisfiedLinkError("there is none here");
            });
    FileStore store =
        new FileStore(
            StoreConfig.DEFAULT.withPageCacheMode(PageCacheMode.DONT_NEED),
            ChannelOpener.SYSTEM,
            none);
    Path path = directory.resolve("a");
    store.put(
        file(path),
        LocalTest.buffer(content(100)),
        WriterOptions.DEFAULT.withPageCacheMode(PageCacheMode.DONT_NEED));
    assertThat(store.adviceWithheld()).isEqualTo(1);

    assertThat(LocalTest.read(store, store.stat(file(path)))).isEqualTo(content(100));
    assertThat(LocalTest.read(store, store.stat(file(path)))).isEqualTo(content(100));
    assertThat(store.adviceWithheld()).isEqualTo(3);
    assertThat(bound[0]).isEqualTo(1);
  }

  @Test
  void onlyWhatIsLargeOrReadInPartNeedsAdvice() throws IOException {
    PageCache none =
        new PageCache(
            () -> {
              throw new UnsatisfiedLinkError("there is none here");
            });
    FileStore store = new FileStore(StoreConfig.DEFAULT, ChannelOpener.SYSTEM, none);
    int large = (int) PageCacheMode.SEQUENTIAL_THRESHOLD;
    Path path = Files.createFile(directory.resolve("sparse"));

    resize(path, large - 1);
    read(store, path, 0, large - 1);
    assertThat(store.adviceWithheld()).as("whole").isZero();
    read(store, path, 0, large - 2);
    assertThat(store.adviceWithheld()).as("all but its end").isEqualTo(1);
    read(store, path, 1, large - 2);
    assertThat(store.adviceWithheld()).as("all but its start").isEqualTo(2);
    resize(path, large);
    read(store, path, 0, large);
    assertThat(store.adviceWithheld()).as("whole and large").isEqualTo(3);
  }

  private static void resize(Path path, long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(length);
    }
  }
}
