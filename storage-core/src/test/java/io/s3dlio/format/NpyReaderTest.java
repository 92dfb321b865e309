package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyReaderTest {
  private static final int LONG_LENGTH = 70_000;

  static Stream<GoldenFiles.Array> arraysOfNumpy() {
    return GoldenFiles.arrays().stream().filter(array -> array.file().endsWith(".npy"));
  }

  static byte[] npy(int version, String header, byte[] data) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes("\u0093NUMPY".getBytes(ISO_8859_1));
    file.write(version);
    file.write(0);
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putInt(header.length());
    file.write(length.array(), 0, version == 1 ? Short.BYTES : Integer.BYTES);
    file.writeBytes(header.getBytes(ISO_8859_1));
    file.writeBytes(data);
    return file.toByteArray();
  }

  private static String header(String descr, String shape) {
    return "{'descr': %s, 'fortran_order': False, 'shape': %s, }\n".formatted(descr, shape);
  }

  private static NpyReader open(byte[] file) throws IOException {
    MemoryObject object = new MemoryObject("x.npy", file);
    return NpyReader.open(object, object.info());
  }

  static byte[] read(ArrayReader array, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length + 2).position(1).limit(length + 1);
    array.read(offset, target);
    assertThat(target.hasRemaining()).isFalse();
    byte[] values = new byte[length];
    target.get(1, values);
    assertThat(target.limit(length + 2).get(0)).isZero();
    assertThat(target.get(length + 1)).isZero();
    return values;
  }

  static byte[] readAll(ArrayReader array) throws IOException {
    return read(array, 0, Math.toIntExact(array.dataLength()));
  }

  @ParameterizedTest
  @MethodSource("arraysOfNumpy")
  void whatNumpySavesIsReadValueForValue(GoldenFiles.Array expected) throws IOException {
    MemoryObject object = GoldenFiles.object(expected.file());

    NpyReader array = NpyReader.open(object, object.info());

    assertThat(array.header().dtype().littleEndianName()).isEqualTo(expected.dtype());
    assertThat(array.header().shape()).isEqualTo(expected.shape());
    assertThat(readAll(array)).isEqualTo(expected.values());
    array
        .plainDataOffset()
        .ifPresent(
            offset ->
                assertThat(GoldenFiles.file(expected.file()))
                    .endsWith(expected.values())
                    .hasSize((int) offset + expected.values().length));
  }

  @ParameterizedTest
  @MethodSource("arraysOfNumpy")
  void anyElementsOfAnArrayAreReadAlone(GoldenFiles.Array expected) throws IOException {
    NpyReader array = open(GoldenFiles.file(expected.file()));
    int itemSize = array.header().dtype().itemSize();
    int elements = (int) array.header().elements();
    for (int from = 0; from <= elements; from += 1 + elements / 9) {
      for (int to = from; to <= elements; to += 1 + elements / 7) {
        byte[] values = read(array, (long) from * itemSize, (to - from) * itemSize);

        assertThat(ByteBuffer.wrap(values))
            .isEqualTo(ByteBuffer.wrap(expected.values(), from * itemSize, (to - from) * itemSize));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lf4.npy, true",
    "bf4.npy, false",
    "lf4-fortran.npy, false",
    "column-fortran.npy, true"
  })
  void plainDataCanBeReadByOthers(String file, boolean plain) throws IOException {
    assertThat(open(GoldenFiles.file(file)).plainDataOffset().isPresent()).isEqualTo(plain);
  }

  @Test
  void onlyTheHeadAndTheElementsAskedForAreRead() throws IOException {
    byte[] file = npy(1, header("'<i8'", "(1000000,)"), new byte[8_000_000]);
    MemoryObject object = new MemoryObject("x.npy", file);

    read(NpyReader.open(object, object.info()), 7_000_000, 8_000);

    assertThat(object.ranges()).hasSize(2);
    assertThat(object.bytesRead()).isEqualTo(NpyReader.HEAD_CHUNK + 8_000);
  }

  @Test
  void aTransposedArrayNeedsLittleMemoryBesidesItsTarget() throws IOException {
    int rows = 1500;
    int columns = 1100;
    ByteBuffer data = ByteBuffer.allocate(rows * columns * Integer.BYTES);
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        data.putInt(row * columns + column);
      }
    }
    String header = header("'>i4'", "(1500, 1100)").replace("False", "True");
    NpyReader array = open(npy(1, header, data.array()));
    BufferPool.Stats before = BufferPool.shared().stats();
    ByteBuffer target =
        ByteBuffer.allocateDirect(rows * columns * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    array.read(0, target);

    for (int i = 0; i < rows * columns; i++) {
      assertThat(target.getInt(i * Integer.BYTES)).isEqualTo(i);
    }
    assertThat(BufferPool.shared().stats().peakLeasedBytes())
        .isLessThanOrEqualTo(Math.max(before.peakLeasedBytes(), before.leasedBytes() + 600_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"structured.npy", "structured-unicode.npy", "structured-long.npy"})
  void structuresAreRefused(String file) {
    assertThatThrownBy(() -> open(GoldenFiles.file(file)))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("s3://bucket/x.npy")
        .hasMessageContaining("structured");
  }

  @Test
  void pickledObjectsAreRefused() {
    assertThatThrownBy(() -> open(GoldenFiles.file("objects.npy")))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("pickled");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void headersOfMoreThan65535BytesAreRead(int version) throws IOException {
    String header = header("'|u1'", "(3,)") + " ".repeat(LONG_LENGTH);

    assertThat(readAll(open(npy(version, header, new byte[] {1, 2, 3})))).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }",
        "{'shape': (2,), 'descr': '<i2', 'fortran_order': False}",
        "{\"descr\":\"<i2\",\"fortran_order\":False,\"shape\":(2,)}   \n",
        " { 'descr' : '<i2' , 'fortran_order' : False , 'shape' : ( 2L , ) , } ",
      })
  void headersOfOtherWritersAreRead(String header) throws IOException {
    NpyReader array = open(npy(1, header, new byte[] {1, 0, 2, 0}));

    assertThat(array.header().shape()).containsExactly(2L);
    assertThat(readAll(array)).containsExactly(1, 0, 2, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "{'descr': '<i2', 'fortran_order': False}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), 'more': 1}",
        "{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<i2', 'fortran_order': false, 'shape': (2,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (4611686018427387904, 2)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': ((2,),)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': 1+1}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,)} + {}",
        "{'descr': '|i2', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': 'i2', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<i3', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,)",
        "{'descr': '<i2, 'fortran_order': False, 'shape': (2,)}",
      })
  void anythingElseInAHeaderIsCorrupt(String header) {
    assertThatThrownBy(() -> open(npy(1, header, new byte[] {1, 0, 2, 0})))
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("Cannot decode s3://bucket/x.npy: at byte ");
  }

  @Test
  void aShapeThatNestsDeeplyIsCorruptRatherThanDeep() {
    String header = header("'<i2'", "(".repeat(60_000));

    assertThatThrownBy(() -> open(npy(1, header, new byte[0])))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void aHeaderLongerThanTheFileIsNotAllocated() {
    byte[] file = npy(2, header("'<i2'", "(2,)"), new byte[4]);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -1);

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("4294967295");
  }

  @Test
  void aRangeOfPartsOfElementsIsRefused() throws IOException {
    NpyReader array = open(GoldenFiles.file("li4.npy"));

    for (int[] range : new int[][] {{2, 4}, {0, 3}, {-4, 4}, {24, 4}, {0, 28}}) {
      assertThatThrownBy(() -> array.read(range[0], ByteBuffer.allocateDirect(range[1])))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> array.read(0, ByteBuffer.allocate(4)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"version-1.npy", "version-2.npy", "cube-fortran-big.npy", "lU5.npy"})
  void aFileCutOffAnywhereIsCorrupt(String file) throws IOException {
    for (byte[] cut : Damage.truncated(GoldenFiles.file(file)).toList()) {
      assertThat(Damage.decode(cut, NpyReaderTest::decode)).isEmpty();
    }
  }

  /** There is no sum: values may be others, but nothing else may go wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"version-1.npy", "version-2.npy", "bM8-25us-fortran.npy", "lU5.npy"})
  void aDamagedFileIsReadOrRefused(String file) throws IOException {
    byte[] original = GoldenFiles.file(file);
    int read = 0;
    for (byte[] other : Damage.flipped(original).toList()) {
      Optional<Integer> length = Damage.decode(other, NpyReaderTest::decode);
      assertThat(length.orElse(0)).isLessThanOrEqualTo(original.length);
      read += length.isPresent() ? 1 : 0;
    }
    assertThat(read).isPositive();
  }

  @Property(tries = 2000)
  void anyBytesForAHeaderAreReadOrRefused(
      @ForAll @IntRange(min = 1, max = 3) int version,
      @ForAll @Size(max = 80) List<HeaderPiece> pieces)
      throws IOException {
    StringBuilder header = new StringBuilder();
    pieces.forEach(piece -> header.append(piece.text));

    Damage.decode(npy(version, header.toString(), new byte[64]), NpyReaderTest::decode);
  }

  enum HeaderPiece {
    OPEN("{"),
    CLOSE("}"),
    DESCR("'descr': "),
    DTYPE("'<f8', "),
    ORDER("'fortran_order': True, "),
    SHAPE("'shape': (2, 2), "),
    LIST("["),
    TUPLE("("),
    END("), "),
    NUMBER("7"),
    SPACE(" "),
    QUOTE("'"),
    OTHER("\u00ff");

    private final String text;

    HeaderPiece(String text) {
      this.text = text;
    }
  }

  private static Integer decode(MemoryObject object) throws IOException {
    return readAll(NpyReader.open(object, object.info())).length;
  }
}
