package io.s3dlio.format;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TfExampleTest {
  private static Map<String, TfFeature> example(byte[] message) throws IOException {
    MemoryObject object = new MemoryObject("x", TfRecordReaderTest.tfRecord(List.of(message)));
    return examples(object).get(0);
  }

  private static List<Map<String, TfFeature>> examples(MemoryObject object) throws IOException {
    List<Map<String, TfFeature>> examples = new ArrayList<>();
    TfRecordSplit all = new TfRecordSplit(0, object.info().length());
    try (TfRecordReader reader =
        new TfRecordReader(object, object.info(), all, false, TfRecordReader.MAX_LENGTH)) {
      while (reader.next()) {
        Map<String, TfFeature> example = new LinkedHashMap<>(reader.example());
        // The bytes are the reader's.
        example.replaceAll((name, feature) -> copy(feature));
        examples.add(example);
      }
    }
    return examples;
  }

  static TfFeature copy(TfFeature feature) {
    return feature instanceof TfFeature.Bytes bytes
        ? new TfFeature.Bytes(bytes.values().stream().map(TfExampleTest::copy).toList())
        : feature;
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
  }

  static GoldenFiles.Feature golden(int record, String name, TfFeature feature) {
    if (feature instanceof TfFeature.Int64s int64s) {
      ByteBuffer values = littleEndian(int64s.values().remaining() * Long.BYTES);
      values.asLongBuffer().put(int64s.values().duplicate());
      return new GoldenFiles.Feature(record, name, "int64_list", values.array());
    }
    if (feature instanceof TfFeature.Floats floats) {
      ByteBuffer values = littleEndian(floats.values().remaining() * Float.BYTES);
      values.asFloatBuffer().put(floats.values().duplicate());
      return new GoldenFiles.Feature(record, name, "float_list", values.array());
    }
    if (feature instanceof TfFeature.Bytes bytes) {
      ByteArrayOutputStream values = new ByteArrayOutputStream();
      for (ByteBuffer value : bytes.values()) {
        values.writeBytes(littleEndian(Long.BYTES).putLong(value.remaining()).array());
        values.writeBytes(copy(value).array());
      }
      return new GoldenFiles.Feature(record, name, "bytes_list", values.toByteArray());
    }
    return new GoldenFiles.Feature(record, name, "none", new byte[0]);
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<GoldenFiles.Feature> sorted(int record, Map<String, TfFeature> example) {
    return new TreeMap<>(example)
        .entrySet().stream()
            .map(feature -> golden(record, feature.getKey(), feature.getValue()))
            .toList();
  }

  @Test
  void examplesOfTensorFlowAreReadValueForValue() throws IOException {
    List<Map<String, TfFeature>> examples = examples(GoldenFiles.object("examples.tfrecord"));

    assertThat(examples).hasSize(4);
    for (int i = 0; i < examples.size(); i++) {
      int record = i;
      assertThat(sorted(record, examples.get(i)))
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactlyInAnyOrderElementsOf(
              GoldenFiles.features().stream().filter(f -> f.record() == record).toList());
    }
  }

  @Test
  void anythingIsReadAsProtobufReadsIt() throws IOException {
    for (GoldenFiles.Mutant mutant : GoldenFiles.mutants()) {
      Optional<Map<String, TfFeature>> read =
          Damage.decode(
              TfRecordReaderTest.tfRecord(List.of(mutant.message())),
              object -> examples(object).get(0));

      assertThat(read.map(example -> sorted(0, example)))
          .as(HexFormat.of().formatHex(mutant.message()))
          .usingRecursiveComparison()
          .isEqualTo(mutant.features());
    }
  }

  @Test
  void aFailureNamesThePlaceInTheObject() {
    // Features of three bytes, of which there is one.
    byte[] message = {0x0a, 3, 0x0a};
    byte[] file = TfRecordReaderTest.tfRecord(List.of(new byte[0], message));

    assertThatThrownBy(() -> examples(new MemoryObject("x.tfrecord", file)))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("s3://bucket/x.tfrecord: at byte 29: ")
        .hasMessageContaining("3 bytes are needed, there are 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0affffffff0f", "0affffffffffffffff7f", "0affffffffffffffffff01"})
  void lengthsBeyondTheMessageAreCorrupt(String message) {
    assertThatThrownBy(() -> example(HexFormat.of().parseHex(message)))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void groupsNestNoDeeperThanProtobufTakesThem() throws IOException {
    // Field 2 begins and ends a group.
    String begin = "13";
    String end = "14";

    assertThat(example(HexFormat.of().parseHex(begin.repeat(100) + end.repeat(100)))).isEmpty();
    assertThatThrownBy(() -> example(HexFormat.of().parseHex(begin.repeat(101) + end.repeat(101))))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("deep");
  }

  @Test
  void manySingleNumbersAreRead() throws IOException {
    int count = 1000;
    byte[] list = new byte[2 * count];
    for (int i = 0; i < count; i++) {
      list[2 * i] = 0x08;
      list[2 * i + 1] = (byte) (i & 0x7f);
    }
    byte[] feature = field(0x1a, list);
    byte[] message = field(0x0a, field(0x0a, field(0x12, feature)));

    TfFeature.Int64s read = (TfFeature.Int64s) requireNonNull(example(message).get(""));

    assertThat(read.values().remaining()).isEqualTo(count);
    assertThat(read.values().get(999)).isEqualTo(999 & 0x7f);
    assertThat(read.values().isReadOnly()).isTrue();
  }

  private static byte[] field(int tag, byte[] value) {
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    field.write(tag);
    // Lengths of two bytes are enough here.
    field.write(value.length & 0x7f | 0x80);
    field.write(value.length >>> 7);
    field.writeBytes(value);
    return field.toByteArray();
  }

  @Test
  void damagedExamplesAreReadOrRefused() throws IOException {
    byte[] file = GoldenFiles.file("examples.tfrecord");
    for (byte[] other : Damage.flipped(file).toList()) {
      Damage.decode(other, TfExampleTest::examples);
    }
    for (byte[] cut : Damage.truncated(file).toList()) {
      Damage.decode(cut, TfExampleTest::examples);
    }
  }

  @Property(tries = 3000)
  void anyBytesAreReadOrRefused(@ForAll byte[] message) throws IOException {
    Damage.decode(TfRecordReaderTest.tfRecord(List.of(message)), TfExampleTest::examples);
  }
}
