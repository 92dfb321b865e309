package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzReaderTest {
  private static final int END_LENGTH = 22;
  private static final int ENTRY_SIGNATURE = 0x02014b50;

  // Where an entry of the directory has its fields.
  private static final int FLAGS = 8;
  private static final int METHOD = 10;
  private static final int STORED_LENGTH = 20;
  private static final int LENGTH = 24;
  private static final int HEADER_OFFSET = 42;

  static Stream<GoldenFiles.Array> arraysOfNumpy() {
    return GoldenFiles.arrays().stream().filter(array -> array.file().endsWith(".npz"));
  }

  private static NpzReader open(byte[] file) throws IOException {
    MemoryObject object = new MemoryObject("x.npz", file);
    return NpzReader.open(object, object.info());
  }

  private static NpyReader array(NpzReader archive, String name) throws IOException {
    return archive.open(archive.array(name).orElseThrow(), false);
  }

  /** Returns where each entry of the directory begins. */
  private static List<Integer> entries(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    return IntStream.range(0, file.length - 3)
        .filter(at -> bytes.getInt(at) == ENTRY_SIGNATURE)
        .boxed()
        .toList();
  }

  private static byte[] withInt(byte[] file, int at, int value) {
    byte[] other = file.clone();
    ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return other;
  }

  private static byte[] withShort(byte[] file, int at, int value) {
    byte[] other = file.clone();
    ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
    return other;
  }

  private static byte[] deflated(String name, byte[] content) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
      zip.closeEntry();
    }
    return file.toByteArray();
  }

  /** Returns an NPY file that says that it has so many bytes. */
  private static byte[] npy(long elements, byte[] data) {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,)}".formatted(elements);
    return NpyReaderTest.npy(1, header, data);
  }

  @ParameterizedTest
  @MethodSource("arraysOfNumpy")
  void whatNumpySavesIsReadValueForValue(GoldenFiles.Array expected) throws IOException {
    NpzReader archive = open(GoldenFiles.file(expected.file()));
    NpzMember member = archive.array(expected.member()).orElseThrow();

    for (boolean verifyCrc : new boolean[] {false, true}) {
      NpyReader array = archive.open(member, verifyCrc);

      assertThat(array.header().dtype().littleEndianName()).isEqualTo(expected.dtype());
      assertThat(array.header().shape()).isEqualTo(expected.shape());
      assertThat(NpyReaderTest.readAll(array)).isEqualTo(expected.values());
    }
  }

  @ParameterizedTest
  @MethodSource("arraysOfNumpy")
  void anyElementsOfAnArrayAreReadAlone(GoldenFiles.Array expected) throws IOException {
    NpzReader archive = open(GoldenFiles.file(expected.file()));
    NpyReader array = archive.open(archive.array(expected.member()).orElseThrow(), true);
    int itemSize = array.header().dtype().itemSize();
    int half = (int) array.header().elements() / 2;

    assertThat(ByteBuffer.wrap(NpyReaderTest.read(array, (long) half * itemSize, itemSize)))
        .isEqualTo(ByteBuffer.wrap(expected.values(), half * itemSize, itemSize));
  }

  @ParameterizedTest
  @ValueSource(strings = {"savez.npz", "compressed.npz", "comment.npz", "zip64.npz", "nothing.npz"})
  void membersAreListedInOrderWithoutReadingTheirData(String file) throws IOException {
    MemoryObject object = GoldenFiles.object(file);

    NpzReader archive = NpzReader.open(object, object.info());

    assertThat(archive.members().stream().map(NpzMember::arrayName).toList())
        .isEqualTo(GoldenFiles.arrays(file).stream().map(GoldenFiles.Array::member).toList());
    // The end, and where there is one, the end record of ZIP64.
    assertThat(object.ranges()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void namesAreTextAndNoPaths() throws IOException {
    NpzReader archive = open(GoldenFiles.file("names.npz"));

    assertThat(archive.members().stream().map(NpzMember::name).toList())
        .containsExactly("../../etc/passwd.npy", "\u00fc\u6f22.npy");
  }

  @Test
  void oneMemberOfManyIsReadByRange() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] large = npy(500_000, new byte[500_000]);
    byte[] small = npy(3, new byte[] {1, 2, 3});
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Map.Entry<String, byte[]> member :
          List.of(
              Map.entry("a.npy", large), Map.entry("b.npy", small), Map.entry("c.npy", large))) {
        ZipEntry entry = new ZipEntry(member.getKey());
        CRC32 crc = new CRC32();
        crc.update(member.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(member.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(member.getValue());
      }
    }
    MemoryObject object = new MemoryObject("x.npz", file.toByteArray());
    NpzReader archive = NpzReader.open(object, object.info());
    long tail = object.bytesRead();

    NpyReader array = array(archive, "b");

    assertThat(NpyReaderTest.readAll(array)).containsExactly(1, 2, 3);
    assertThat(object.bytesRead() - tail).isLessThan(2 * NpyReader.HEAD_CHUNK);
    int at = (int) array.plainDataOffset().orElseThrow();
    assertThat(Arrays.copyOfRange(file.toByteArray(), at, at + 3)).containsExactly(1, 2, 3);
  }

  @Test
  void compressedDataAreNotPlain() throws IOException {
    NpyReader array = array(open(GoldenFiles.file("compressed.npz")), "x");

    assertThat(array.plainDataOffset()).isEmpty();
    assertThat(array.granularity()).isEqualTo(array.dataLength());
  }

  @Test
  void aDirectoryLongerThanTheEndIsRead() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      for (int i = 0; i < 2000; i++) {
        zip.putNextEntry(new ZipEntry("a-name-of-some-length/%06d.npy".formatted(i)));
        zip.closeEntry();
      }
    }

    assertThat(open(file.toByteArray()).members()).hasSize(2000);
  }

  @Test
  void aCommentOf65535BytesIsPassedOver() throws IOException {
    byte[] content = GoldenFiles.file("savez.npz");
    byte[] commented =
        Arrays.copyOf(withShort(content, content.length - 2, 0xffff), content.length + 0xffff);

    assertThat(open(commented).members()).hasSize(2);
  }

  @Test
  void aDamagedArrayIsCorruptIfItsSumIsVerified() throws IOException {
    byte[] file = GoldenFiles.file("savez.npz");
    NpzMember member = open(file).array("y").orElseThrow();
    file[(int) (member.limit() - 1)] ^= 1;
    NpzReader archive = open(file);

    NpyReader array = archive.open(member, true);

    assertThatThrownBy(() -> NpyReaderTest.readAll(array))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("CRC-32");
    assertThat(NpyReaderTest.readAll(archive.open(member, false))).hasSize(32);
  }

  @Test
  void otherCompressionIsUnsupported() {
    assertThatThrownBy(() -> open(GoldenFiles.file("bzip2.npz")))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("method 12");
  }

  @Test
  void encryptedMembersAreUnsupported() {
    byte[] file = GoldenFiles.file("savez.npz");

    assertThatThrownBy(() -> open(withShort(file, entries(file).get(1) + FLAGS, 1)))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("'y.npy' is encrypted");
  }

  @Test
  void aMemberThatIsNoArrayIsListedAndCorruptOnceOpened() throws IOException {
    NpzReader archive = open(deflated("readme.txt", "not an array".getBytes(UTF_8)));
    NpzMember member = archive.members().get(0);

    assertThat(member.isArray()).isFalse();
    assertThat(archive.array("readme.txt")).isEmpty();
    assertThatThrownBy(() -> archive.open(member, false)).isInstanceOf(CorruptException.class);
  }

  @Test
  void overlappingMembersAreCorrupt() {
    byte[] file = GoldenFiles.file("savez.npz");

    // The second begins where the first does, and a byte after that.
    for (int offset : new int[] {0, 1}) {
      assertThatThrownBy(() -> open(withInt(file, entries(file).get(1) + HEADER_OFFSET, offset)))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("runs into");
    }
  }

  @Test
  void membersOutsideOfTheObjectAreCorrupt() {
    byte[] file = GoldenFiles.file("savez.npz");

    for (int offset : new int[] {file.length - 40, file.length, Integer.MAX_VALUE, -2}) {
      assertThatThrownBy(() -> open(withInt(file, entries(file).get(1) + HEADER_OFFSET, offset)))
          .isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void aStoredMemberOfTwoSizesIsCorrupt() {
    byte[] file = GoldenFiles.file("savez.npz");

    for (int field : new int[] {LENGTH, STORED_LENGTH}) {
      assertThatThrownBy(() -> open(withInt(file, entries(file).get(0) + field, 100)))
          .isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void aMemberThatCannotInflateToItsSizeIsCorrupt() {
    byte[] file = GoldenFiles.file("compressed.npz");

    assertThatThrownBy(() -> open(withInt(file, entries(file).get(0) + LENGTH, 0x7fffffff)))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("cannot have 2147483647 bytes");
  }

  @Test
  void aSizeThatNeedsZip64AndHasNoneIsCorrupt() {
    byte[] file = GoldenFiles.file("savez.npz");

    assertThatThrownBy(() -> open(withInt(file, entries(file).get(0) + LENGTH, -1)))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("ZIP64");
  }

  @Test
  void twoMembersOfOneNameAreCorrupt() {
    byte[] file = GoldenFiles.file("savez.npz");
    file[entries(file).get(1) + DirectoryEntry.MIN_LENGTH] = 'x';

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("two members are named 'x.npy'");
  }

  @Test
  void inflatingStopsWhereTheArrayEnds() throws IOException {
    // A bomb: a small array, and 50 MB of zeros that follow it.
    byte[] array = npy(4, new byte[50_000_000]);
    MemoryObject object = new MemoryObject("x.npz", deflated("x.npy", array));
    NpzReader archive = NpzReader.open(object, object.info());
    long tail = object.bytesRead();

    assertThat(NpyReaderTest.readAll(array(archive, "x"))).containsOnly(0).hasSize(4);
    assertThat(object.bytesRead() - tail).isLessThanOrEqualTo(2 * NpyReader.HEAD_CHUNK);
  }

  @Test
  void anArrayLargerThanItsMemberIsCorrupt() throws IOException {
    byte[] array = npy(5_000_000_000L, new byte[9]);
    NpzReader archive = open(deflated("x.npy", array));

    assertThatThrownBy(() -> array(archive, "x"))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("5000000000");
  }

  @Test
  void aMemberThatInflatesToLessThanItsSizeIsCorrupt() throws IOException {
    byte[] file = deflated("x.npy", npy(20, new byte[10]));
    int length = entries(file).get(0) + LENGTH;
    int actual = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(length);
    NpyReader array = array(open(withInt(file, length, actual + 10)), "x");

    assertThatThrownBy(() -> NpyReaderTest.readAll(array))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("end 10 bytes too early");
  }

  @Test
  void anArchiveAbove4GiBIsReadByRange() throws IOException {
    long length = 5_000_000_000L;
    byte[] header = npy(length, new byte[0]);
    byte[] last = {7};
    byte[] small = npy(3, new byte[] {1, 2, 3});
    long arrayAt = 30 + 5 + header.length;
    long secondAt = arrayAt + length;
    ByteBuffer directory = littleEndian(500);
    putEntry(directory, "x.npy", header.length + length, 0);
    putEntry(directory, "y.npy", small.length, secondAt);
    int directoryLength = directory.position();
    long directoryAt = secondAt + 30 + 5 + small.length;
    directory.putInt(0x06064b50).putLong(44).putInt(0).putLong(0).putLong(2).putLong(2);
    directory.putLong(directoryLength).putLong(directoryAt);
    directory.putInt(0x07064b50).putInt(0).putLong(directoryAt + directoryLength).putInt(1);
    directory.putInt(0x06054b50).putInt(0).putShort((short) 2).putShort((short) 2);
    directory.putInt(directoryLength).putInt(-1).putShort((short) 0);
    Map<Long, byte[]> pieces = new HashMap<>();
    pieces.put(0L, localHeader("x.npy"));
    pieces.put(35L, header);
    pieces.put(secondAt - 1, last);
    pieces.put(secondAt, localHeader("y.npy"));
    pieces.put(secondAt + 35, small);
    pieces.put(directoryAt, Arrays.copyOf(directory.array(), directory.position()));
    ObjectInfo object =
        new ObjectInfo(
            new Location("s3", "bucket", "x.npz"),
            directoryAt + directory.position(),
            Instant.EPOCH,
            "1");

    NpzReader archive = NpzReader.open(request -> fill(request, pieces), object);

    NpyReader array = array(archive, "x");
    assertThat(array.header().dataLength()).isEqualTo(length);
    assertThat(array.plainDataOffset()).hasValue(arrayAt);
    assertThat(NpyReaderTest.read(array, length - 3, 3)).containsExactly(0, 0, 7);
    assertThat(NpyReaderTest.readAll(array(archive, "y"))).containsExactly(1, 2, 3);
  }

  /** Pieces with zeros between. */
  private static void fill(ReadRequest request, Map<Long, byte[]> pieces) {
    ByteBuffer target = request.target();
    byte[] bytes = new byte[target.remaining()];
    pieces.forEach(
        (offset, piece) -> {
          for (int i = 0; i < piece.length; i++) {
            long at = offset + i - request.offset();
            if (at >= 0 && at < bytes.length) {
              bytes[(int) at] = piece[i];
            }
          }
        });
    target.put(bytes);
  }

  private static void putEntry(ByteBuffer directory, String name, long length, long offset) {
    int at = directory.position();
    directory.putInt(at, ENTRY_SIGNATURE);
    directory.putInt(at + STORED_LENGTH, -1).putInt(at + LENGTH, -1);
    directory.putShort(at + 28, (short) name.length()).putShort(at + 30, (short) 28);
    directory.putInt(at + HEADER_OFFSET, -1);
    directory.position(at + DirectoryEntry.MIN_LENGTH).put(name.getBytes(UTF_8));
    directory.putShort((short) 1).putShort((short) 24);
    directory.putLong(length).putLong(length).putLong(offset);
  }

  private static byte[] localHeader(String name) {
    ByteBuffer header = littleEndian(30 + name.length()).putInt(0, 0x04034b50);
    return header.putShort(26, (short) name.length()).put(30, name.getBytes(UTF_8)).array();
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void aFileThatIsNoArchiveIsCorrupt() {
    for (byte[] file : List.of(new byte[0], new byte[END_LENGTH], new byte[100_000])) {
      assertThatThrownBy(() -> open(file))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("no zip archive");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"savez.npz", "compressed-small.npz", "comment.npz", "zip64.npz"})
  void aFileCutOffAnywhereIsCorrupt(String file) throws IOException {
    for (byte[] cut : Damage.truncated(GoldenFiles.file(file)).toList()) {
      assertThat(Damage.decode(cut, NpzReaderTest::decode)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"savez.npz", "compressed-small.npz", "comment.npz", "zip64.npz"})
  void aDamagedFileIsReadRightOrRefused(String file) throws IOException {
    Map<String, byte[]> expected = new HashMap<>();
    GoldenFiles.arrays(file).forEach(array -> expected.put(array.member(), array.values()));
    for (byte[] other : Damage.flipped(GoldenFiles.file(file)).toList()) {
      Optional<Map<String, byte[]>> read = Damage.decode(other, NpzReaderTest::decode);
      read.ifPresent(
          arrays ->
              arrays.forEach(
                  (name, values) -> {
                    // A damaged name is another name.
                    assertThat(values).isEqualTo(expected.getOrDefault(name, values));
                  }));
    }
  }

  @Property(tries = 3000)
  void manyDamagedBytesAreReadRightOrRefused(
      @ForAll @IntRange(max = 2000) int at, @ForAll int value, @ForAll boolean compressed)
      throws IOException {
    String file = compressed ? "compressed-small.npz" : "zip64.npz";
    byte[] content = GoldenFiles.file(file);
    byte[] other = withInt(content, at % (content.length - 3), value);

    Damage.decode(other, NpzReaderTest::decode)
        .map(arrays -> arrays.get("y"))
        .ifPresent(
            values ->
                assertThat(values)
                    .isEqualTo(GoldenFiles.arrays(file).get(compressed ? 0 : 1).values()));
  }

  private static Map<String, byte[]> decode(MemoryObject object) throws IOException {
    NpzReader archive = NpzReader.open(object, object.info());
    Map<String, byte[]> arrays = new HashMap<>();
    for (NpzMember member : archive.members()) {
      arrays.put(member.arrayName(), NpyReaderTest.readAll(archive.open(member, true)));
    }
    return arrays;
  }
}
