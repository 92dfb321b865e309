package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the generators of the benchmark DLIO wrote: see make_dlio.py beside the resources. */
class DlioFilesTest {
  /**
   * An array, or the data of a record.
   *
   * @param member of an archive, else "-"
   * @param dtype "-" of a record
   */
  record Value(String file, String member, String dtype, String shape, byte[] bytes) {
    static Value of(String line) {
      String[] fields = line.split("\t", -1);
      return new Value(
          fields[0], fields[1], fields[2], fields[3], Base64.getDecoder().decode(fields[4]));
    }

    List<Long> lengths() {
      return Arrays.stream(shape.split(",")).map(Long::valueOf).toList();
    }

    @Override
    public String toString() {
      return file + " " + member;
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = DlioFilesTest.class.getResourceAsStream("dlio/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static MemoryObject object(String name) throws IOException {
    return new MemoryObject(name, resource(name));
  }

  private static Stream<Value> values(String suffix) throws IOException {
    return new String(resource("values.tsv"), UTF_8)
        .lines()
        .map(Value::of)
        .filter(value -> value.file().endsWith(suffix));
  }

  static Stream<Value> npz() throws IOException {
    return values(".npz");
  }

  static Stream<Value> npy() throws IOException {
    return values(".npy");
  }

  private static void assertArray(NpyReader found, Value expected) throws IOException {
    assertThat(found.header().dtype().littleEndianName()).isEqualTo(expected.dtype());
    assertThat(found.header().shape()).isEqualTo(expected.lengths());
    assertThat(NpyReaderTest.readAll(found)).isEqualTo(expected.bytes());
  }

  @ParameterizedTest
  @MethodSource("npz")
  void archivesAreReadValueForValue(Value expected) throws IOException {
    MemoryObject object = object(expected.file());
    NpzReader archive = NpzReader.open(object, object.info());
    assertThat(archive.members()).hasSize(2);
    assertArray(archive.open(archive.array(expected.member()).orElseThrow(), true), expected);
  }

  @ParameterizedTest
  @MethodSource("npy")
  void arraysAreReadValueForValue(Value expected) throws IOException {
    MemoryObject object = object(expected.file());
    assertArray(NpyReader.open(object, object.info()), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"release-plain.tfrecord", "main-plain.tfrecord", "main-float.tfrecord"})
  void recordsAreReadByteForByteAndHaveTheirFeatures(String name) throws IOException {
    MemoryObject object = object(name);
    List<ByteBuffer> found = new ArrayList<>();
    try (TfRecordReader reader =
        new TfRecordReader(
            object, object.info(), new TfRecordSplit(0, object.info().length()), true, 1 << 20)) {
      while (reader.next()) {
        byte[] data = new byte[reader.data().remaining()];
        reader.data().duplicate().get(data);
        found.add(ByteBuffer.wrap(data));
        assertThat(reader.example()).containsOnlyKeys("image", "size");
      }
    }
    assertThat(found)
        .hasSize(3)
        .isEqualTo(values(name).map(value -> ByteBuffer.wrap(value.bytes())).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"main-plain.tfrecord", "main-float.tfrecord"})
  void indexesCutFilesIntoTheirRecords(String name) throws IOException {
    MemoryObject object = object(name);
    MemoryObject index = object(name + ".idx");
    assertThat(TfRecordSplits.byIndex(index, index.info(), object.info(), 1))
        .hasSize(3)
        .isEqualTo(TfRecordSplits.byHopping(object, object.info(), 1, true));
  }
}
