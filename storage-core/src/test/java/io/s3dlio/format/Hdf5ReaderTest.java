package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Hdf5ReaderTest {
  static Stream<Hdf5Files.Dataset> datasetsOfH5py() {
    return Hdf5Files.datasets().stream();
  }

  static Stream<Hdf5Files.Dataset> datasetsInParts() {
    return datasetsOfH5py()
        .filter(dataset -> !dataset.file().startsWith("far"))
        .filter(dataset -> !dataset.file().startsWith("many"));
  }

  static Stream<String> filesOfH5py() {
    return Hdf5Files.names().stream().filter(name -> !name.equals("cache-image.h5"));
  }

  private static Hdf5Reader open(byte[] file) throws IOException {
    MemoryObject object = new MemoryObject("x.h5", file);
    return Hdf5Reader.open(object, object.info());
  }

  private static ArrayReader array(Hdf5Reader file, String path) throws IOException {
    return file.open(file.dataset(path).orElseThrow());
  }

  private static List<String> names(Hdf5Reader file) {
    return file.datasets().stream().map(Hdf5Dataset::name).toList();
  }

  @ParameterizedTest
  @MethodSource("datasetsOfH5py")
  void whatH5pyWritesIsReadValueForValue(Hdf5Files.Dataset expected) throws IOException {
    ArrayReader array = array(open(Hdf5Files.file(expected.file())), expected.path());

    assertThat(array.dtype().littleEndianName()).isEqualTo(expected.dtype());
    assertThat(array.shape()).isEqualTo(expected.shape());
    assertThat(NpyReaderTest.readAll(array)).isEqualTo(expected.values());
    array
        .plainDataOffset()
        .ifPresent(
            offset ->
                assertThat(
                        ByteBuffer.wrap(
                            Hdf5Files.file(expected.file()),
                            (int) offset,
                            expected.values().length))
                    .isEqualTo(ByteBuffer.wrap(expected.values())));
  }

  @ParameterizedTest
  @MethodSource("datasetsInParts")
  void anyElementsOfADatasetAreReadAlone(Hdf5Files.Dataset expected) throws IOException {
    ArrayReader array = array(open(Hdf5Files.file(expected.file())), expected.path());
    int itemSize = array.dtype().itemSize();
    int elements = (int) array.dataLength() / itemSize;
    for (int from = 0; from <= elements; from += 1 + elements / 9) {
      for (int to = from; to <= elements; to += 1 + elements / 7) {
        byte[] values = NpyReaderTest.read(array, (long) from * itemSize, (to - from) * itemSize);

        assertThat(ByteBuffer.wrap(values))
            .isEqualTo(ByteBuffer.wrap(expected.values(), from * itemSize, (to - from) * itemSize));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("filesOfH5py")
  void allDatasetsAreListed(String file) throws IOException {
    List<String> listed = names(open(Hdf5Files.file(file)));

    if (!file.startsWith("refused") && !file.startsWith("links")) {
      assertThat(listed)
          .containsExactlyInAnyOrderElementsOf(
              Hdf5Files.datasets(file).stream().map(Hdf5Files.Dataset::path).toList());
    }
    assertThat(listed).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"groups.h5", "groups-latest.h5", "user-block.h5"})
  void datasetsAreFoundByTheirPaths(String name) throws IOException {
    Hdf5Reader file = open(Hdf5Files.file(name));

    assertThat(names(file))
        .containsExactly("x", "\u00fc\u6f22 x", "a/b/c/d/e/f", "group/z", "group/inner/y");
    assertThat(file.dataset("/group/z").map(Hdf5Dataset::name)).contains("group/z");
    for (String none : List.of("", "/", "group", "group/", "x/", "empty", "group//z", "X", "x/x")) {
      assertThat(file.dataset(none)).as(none).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"links.h5", "links-latest.h5"})
  void linksThatGoAroundEnd(String name) throws IOException {
    Hdf5Reader file = open(Hdf5Files.file(name));

    assertThat(names(file)).containsExactly("again", "x", "group/x");
    assertThat(NpyReaderTest.readAll(array(file, "group/self/self/up/group/up/again")))
        .isEqualTo(NpyReaderTest.readAll(array(file, "x")));
  }

  @ParameterizedTest
  @CsvSource({
    "soft, soft",
    "group/soft group/x, soft",
    "group/up/soft, soft",
    "external, external",
    "external/x, external"
  })
  void softAndExternalLinksAreNotFollowed(String path, String kind) throws IOException {
    for (String name : List.of("links.h5", "links-latest.h5")) {
      Hdf5Reader file = open(Hdf5Files.file(name));

      assertThatThrownBy(() -> array(file, path))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageContaining("'" + path + "' leads through")
          .hasMessageContaining(kind + " link");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "text, of variable length",
    "lists, of variable length",
    "structured, structured",
    "reference, references",
    "null, no shape",
    "lzf, the filter 32000",
    "scaled, the filter 6",
    "elsewhere, in other files",
    "virtual, virtual",
    "huge chunks, compressed chunks have 536870912 bytes",
  })
  void whatNumpyHasNotIsRefusedOnceItIsOpened(String path, String reason) throws IOException {
    for (String name : List.of("refused.h5", "refused-latest.h5")) {
      Hdf5Reader file = open(Hdf5Files.file(name));

      assertThat(names(file)).contains(path);
      assertThatThrownBy(() -> array(file, path))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageMatching("Cannot decode s3://bucket/x.h5: at byte [0-9]+: .*")
          .hasMessageContaining(reason);
    }
  }

  @Test
  void aFileWithStructuresInAnImageOfTheCacheIsRefused() {
    assertThatThrownBy(() -> open(Hdf5Files.file("cache-image.h5")))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("image of the library's cache");
  }

  @ParameterizedTest
  @EnumSource
  void whatTheJobsWriteIsRead(ElementType type) throws IOException {
    for (int samples : new int[] {1, 3, 64}) {
      long length = Hdf5.minLength(type, samples) + 70_001;
      ImageShape shape = Hdf5.shape(length, type, samples);
      byte[] images = new byte[(int) shape.length()];
      for (int i = 0; i < images.length; i++) {
        images[i] = (byte) (type == ElementType.BOOL ? i % 2 : i * 7);
      }
      ByteBuffer content = ByteBuffer.allocate((int) length);
      content.put(Hdf5.head(length, shape, 1000)).put(images);
      Hdf5Reader file = open(content.array());

      assertThat(names(file)).containsExactly("labels", "records_0");
      ArrayReader records = array(file, "records_0");
      assertThat(records.dtype().littleEndianName()).isEqualTo(type.descr());
      assertThat(records.shape()).containsExactly(box(shape.samplesFirst()));
      assertThat(records.plainDataOffset()).hasValue(length - images.length);
      assertThat(NpyReaderTest.readAll(records)).isEqualTo(images);
      ArrayReader labels = array(file, "labels");
      assertThat(labels.dtype().littleEndianName()).isEqualTo("<i8");
      assertThat(NpyReaderTest.readAll(labels))
          .isEqualTo(
              Labels.put(1000, samples, LittleEndian.allocate(samples * Long.BYTES)).array());
    }
  }

  private static Long[] box(long[] lengths) {
    return Arrays.stream(lengths).boxed().toArray(Long[]::new);
  }

  @Test
  void onlyStructuresAndTheElementsAskedForAreRead() throws IOException {
    long length = 50_000_000;
    ImageShape shape = Hdf5.shape(length, ElementType.UINT8, 10);
    byte[] content = Arrays.copyOf(Hdf5.head(length, shape, 0), (int) length);
    MemoryObject object = new MemoryObject("x.h5", content);

    Hdf5Reader file = Hdf5Reader.open(object, object.info());
    ArrayReader records = array(file, "records_0");
    NpyReaderTest.read(records, 3_000_000, 1000);

    assertThat(object.bytesRead()).isEqualTo(Hdf5Pages.PAGE + 1000);
    assertThat(object.ranges()).hasSize(2);
  }

  @Test
  void ofADatasetInChunksThoseThatAreAskedForAreRead() throws IOException {
    MemoryObject object = Hdf5Files.object("chunks-latest.h5");
    Hdf5Reader file = Hdf5Reader.open(object, object.info());
    ArrayReader images = array(file, "images");
    NpyReaderTest.read(images, 0, 1);
    int ranges = object.ranges().size();
    long bytes = object.bytesRead();

    NpyReaderTest.read(images, 40, 80);

    assertThat(object.ranges()).hasSize(ranges + 2);
    assertThat(object.bytesRead() - bytes).isLessThan(120);
  }

  @ParameterizedTest
  @CsvSource({
    // Rows of 108 bytes.
    "plain, 1",
    "small, 1",
    "gzip, 432",
    "summed, 432",
    "single gzip, 1188",
    "grows gzip, 216",
    "images, 40"
  })
  void compressedChunksAreDecodedTogether(String path, long bytes) throws IOException {
    for (String name : List.of("chunks.h5", "chunks-latest.h5")) {
      assertThat(array(open(Hdf5Files.file(name)), path).granularity()).isEqualTo(bytes);
    }
  }

  @Test
  void aFileThatIsCutOffIsCorrupt() throws IOException {
    for (String name : List.of("small.h5", "small-latest.h5")) {
      byte[] file = Hdf5Files.file(name);
      for (byte[] cut : Damage.truncated(file).toList()) {
        assertThat(Damage.decode(cut, Hdf5ReaderTest::readAll)).as("%d", cut.length).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.h5", "small-latest.h5"})
  void aDamagedFileIsReadOrRefused(String name) throws IOException {
    byte[] file = Hdf5Files.file(name);
    for (byte[] other : Damage.flipped(file).toList()) {
      Damage.decode(other, Hdf5ReaderTest::readAll);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "small-latest.h5",
        "small-growing-latest.h5",
        "small-tree-latest.h5",
        "small-links-latest.h5",
        "partial-plain.h5"
      })
  void aDamagedFileWithTheRightSumsIsReadOrRefused(String name) throws IOException {
    byte[] file = Hdf5Files.file(name);
    Hdf5Sums sums = new Hdf5Sums(file);
    assertThat(sums.count()).isGreaterThanOrEqualTo(3);
    assertThat(sums.renewed(file)).isEqualTo(file);
    for (byte[] other : Damage.flipped(file).toList()) {
      Damage.decode(sums.renewed(other), Hdf5ReaderTest::readAll);
    }
  }

  @Test
  void whereStructuresAndDataHaveSumsDamageIsSeen() throws IOException {
    byte[] file = Hdf5Files.file("small-latest.h5");
    byte[] right = Hdf5Files.datasets("small-latest.h5").get(1).values();
    int refused = 0;
    for (byte[] other : Damage.flipped(file).toList()) {
      Optional<byte[]> read =
          Damage.decode(other, object -> readOne(Hdf5Reader.open(object, object.info()), "y"));
      refused += read.isEmpty() ? 1 : 0;
      read.ifPresent(values -> assertThat(values).isEqualTo(right));
    }

    assertThat(refused).isGreaterThan(file.length);
  }

  private static byte[] readOne(Hdf5Reader file, String path) throws IOException {
    return NpyReaderTest.readAll(array(file, path));
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void nodesThatLeadToTheSameNodeAgainAndAgainAreCorrupt() {
    long length = Hdf5.minLength(ElementType.UINT8, 1);
    byte[] head = Hdf5.head(length, Hdf5.shape(length, ElementType.UINT8, 1), 0);
    int children = 32;
    int levels = 7;
    int nodeLength = 24 + children * 16 + 8;
    ByteBuffer file =
        ByteBuffer.allocate(head.length + levels * nodeLength + 8).order(ByteOrder.LITTLE_ENDIAN);
    file.put(head);
    for (int level = levels - 1; level >= 0; level--) {
      file.put("TREE".getBytes(US_ASCII)).put((byte) 0).put((byte) level);
      file.putShort((short) children).putLong(-1).putLong(-1);
      int next = file.position() + children * 16 + 8;
      for (int i = 0; i < children; i++) {
        file.putLong(0).putLong(next);
      }
      file.putLong(0);
    }
    file.put("SNOD".getBytes(US_ASCII)).putInt(1);
    // Where the root group's header has its tree.
    file.putLong(120, head.length);

    assertThatThrownBy(() -> open(file.array()))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("again and again");
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aNodeThatLeadsToItselfIsCorrupt() {
    byte[] file = Hdf5Files.file("small-tree.h5");
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    // The tree of chunks: its first child becomes itself, on another level than below it.
    int tree = 0;
    while (bytes.getInt(tree) != 0x45455254 || file[tree + 4] != 1) {
      tree++;
    }
    file[tree + 5] = 1;
    int child = tree + 24 + 8 + 3 * 8;
    bytes.putLong(child, tree);

    assertThatThrownBy(() -> readOne(open(file), "y"))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("another level");
  }

  @Test
  void noHdf5FileIsCorrupt() {
    for (int length : new int[] {0, 1, 8, 600, 100_000}) {
      assertThatThrownBy(() -> open(new byte[length]))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("no HDF5 file");
    }
  }

  /** Returns the values of all datasets that are not refused. */
  static List<byte[]> readAll(MemoryObject object) throws IOException {
    Hdf5Reader file = Hdf5Reader.open(object, object.info());
    List<byte[]> values = new ArrayList<>();
    Optional<StorageException> failure = Optional.empty();
    for (Hdf5Dataset dataset : file.datasets()) {
      try {
        ArrayReader array = file.open(dataset);
        // Whatever the file says, no more is asked for than a test has memory for.
        int item = array.dtype().itemSize();
        long some = Math.min(array.dataLength(), 1 << 14) / item * item;
        values.add(NpyReaderTest.read(array, 0, (int) some));
        values.add(NpyReaderTest.read(array, array.dataLength() - some, (int) some));
      } catch (CorruptException | UnsupportedFormatException e) {
        failure = Optional.of(e);
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return values;
  }
}
