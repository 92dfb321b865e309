package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TfExampleParserTest {
  /** One for all, so that what a message leaves behind would show. */
  private final TfExampleParser parser = TfExampleParser.ofAll();

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
  }

  /** Returns the features by their names, as text; nothing if the message is refused. */
  private Optional<Map<String, String>> parsed(byte[] message) {
    Map<String, String> features = new TreeMap<>();
    try {
      parser.parseExample(direct(message));
    } catch (MalformedProtoException e) {
      return Optional.empty();
    }
    for (int i = 0; i < parser.names(); i++) {
      if (parser.hasFeature(i)) {
        features.put(parser.name(i), text(parser.feature(i)));
      }
    }
    return Optional.of(features);
  }

  private static String text(TfValues values) {
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < values.count(); i++) {
      all.add(
          switch (values.kind()) {
            case INT64 -> values.int64(i);
            case FLOAT -> Float.floatToRawIntBits(values.float32(i));
            case BYTES -> HexFormat.of().formatHex(values.bytes(i));
            case NONE -> "?";
          });
    }
    return values.kind() + all.toString();
  }

  /** As {@link #parsed}, by the parser that makes a map. */
  private static Optional<Map<String, String>> mapped(byte[] message) {
    Map<String, String> features = new TreeMap<>();
    try {
      TfExamples.parse(direct(message)).forEach((name, value) -> features.put(name, text(value)));
    } catch (MalformedProtoException e) {
      return Optional.empty();
    }
    return Optional.of(features);
  }

  private static String text(TfFeature feature) {
    List<Object> all = new ArrayList<>();
    String kind = "NONE";
    if (feature instanceof TfFeature.Int64s int64s) {
      kind = "INT64";
      for (int i = 0; i < int64s.values().remaining(); i++) {
        all.add(int64s.values().get(i));
      }
    } else if (feature instanceof TfFeature.Floats floats) {
      kind = "FLOAT";
      for (int i = 0; i < floats.values().remaining(); i++) {
        all.add(Float.floatToRawIntBits(floats.values().get(i)));
      }
    } else if (feature instanceof TfFeature.Bytes bytes) {
      kind = "BYTES";
      for (ByteBuffer value : bytes.values()) {
        byte[] copy = new byte[value.remaining()];
        value.get(value.position(), copy);
        all.add(HexFormat.of().formatHex(copy));
      }
    }
    return kind + all;
  }

  @Test
  void anythingIsReadAsTheParserReadsItThatIsHeldToProtobuf() {
    int read = 0;
    for (GoldenFiles.Mutant mutant : GoldenFiles.mutants()) {
      Optional<Map<String, String>> features = mapped(mutant.message());
      assertThat(parsed(mutant.message()))
          .as(HexFormat.of().formatHex(mutant.message()))
          .isEqualTo(features);
      read += features.isPresent() ? 1 : 0;
    }
    assertThat(read).isGreaterThan(100);
  }

  @Test
  void damagedExamplesAreReadAsTheOtherParserReadsThem() {
    for (byte[] message : GoldenFiles.records("examples.tfrecord")) {
      assertThat(parsed(message)).isEqualTo(mapped(message)).isPresent();
      Damage.flipped(message).forEach(other -> assertThat(parsed(other)).isEqualTo(mapped(other)));
      Damage.truncated(message)
          .forEach(other -> assertThat(parsed(other)).isEqualTo(mapped(other)));
    }
  }

  @Property(tries = 3000)
  void anyBytesAreReadAsTheOtherParserReadsThem(@ForAll byte[] message) {
    assertThat(parsed(message)).isEqualTo(mapped(message));
  }

  private static void int64s(TfExampleWriter to, String name, long... values) {
    int mark = to.length();
    for (int i = values.length - 1; i >= 0; i--) {
      to.int64(values[i]);
    }
    to.int64List(mark);
    to.entry(name.getBytes(UTF_8), mark);
  }

  private static byte[] message(TfExampleWriter writer) throws Exception {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    writer.writeRecord(record);
    return Arrays.copyOfRange(record.toByteArray(), TfRecord.HEAD, record.size() - TfRecord.TAIL);
  }

  private static byte[] example(String... names) throws Exception {
    TfExampleWriter writer = new TfExampleWriter();
    for (int i = names.length - 1; i >= 0; i--) {
      int64s(writer, names[i], names[i].length(), i);
    }
    writer.features(0);
    return message(writer);
  }

  @Test
  void onlyWhatIsWantedIsReadInWhateverOrderItComes() throws Exception {
    TfExampleParser some = TfExampleParser.of(List.of("bb", "a", "missing"));
    String[][] orders = {{"a", "bb", "ccc"}, {"ccc", "bb", "a"}, {"bb"}, {"a", "ccc"}, {}};
    for (String[] order : orders) {
      some.parseExample(direct(example(order)));

      List<String> names = List.of(order);
      assertThat(some.names()).isEqualTo(3);
      assertThat(some.hasFeature(0)).isEqualTo(names.contains("bb"));
      assertThat(some.hasFeature(1)).isEqualTo(names.contains("a"));
      assertThat(some.hasFeature(2)).isFalse();
      if (names.contains("bb")) {
        assertThat(some.feature(0).int64s()).containsExactly(2, names.indexOf("bb"));
      }
    }
  }

  @Test
  void sequencesHaveAContextAndListsOfFeatures() throws Exception {
    TfExampleWriter writer = new TfExampleWriter();
    int list = writer.length();
    for (int i = 2; i >= 0; i--) {
      int feature = writer.length();
      for (int j = i; j > 0; j--) {
        writer.int64(10L * i + j);
      }
      writer.int64List(feature);
      writer.inFeatureList(feature);
    }
    writer.entry("frames".getBytes(UTF_8), list);
    writer.featureLists(0);
    int context = writer.length();
    int64s(writer, "id", 7);
    writer.features(context);
    byte[] message = message(writer);

    for (TfExampleParser each :
        List.of(TfExampleParser.ofAll(), TfExampleParser.of(List.of("id", "frames")))) {
      for (int i = 0; i < 2; i++) {
        each.parseSequence(direct(message));

        assertThat(each.hasFeature(0)).isTrue();
        assertThat(each.hasFeatureList(0)).isFalse();
        assertThat(each.feature(0).int64s()).containsExactly(7);
        assertThat(each.hasFeature(1)).isFalse();
        assertThat(each.hasFeatureList(1)).isTrue();
        assertThat(each.featureList(1).stream().map(TfExampleParserTest::text))
            .containsExactly("INT64[]", "INT64[11]", "INT64[21, 22]");
      }
      each.parseSequence(direct(new byte[0]));
      assertThat(each.hasFeatureList(1)).isFalse();
    }
    // An Example has no such field, and passes over it.
    TfExampleParser asExample = TfExampleParser.of(List.of("id", "frames"));
    asExample.parseExample(direct(message));
    assertThat(asExample.hasFeatureList(1)).isFalse();
  }

  @Test
  void damagedSequencesAreReadOrRefused() throws Exception {
    TfExampleWriter writer = new TfExampleWriter();
    int list = writer.length();
    int feature = writer.length();
    writer.float32(1);
    writer.floatList(feature);
    writer.inFeatureList(feature);
    writer.entry("l".getBytes(UTF_8), list);
    writer.featureLists(0);
    int context = writer.length();
    int64s(writer, "id", 7);
    writer.features(context);
    byte[] message = message(writer);

    Damage.Decoding<Boolean> decoding =
        object -> {
          TfRecordSplit all = new TfRecordSplit(0, object.info().length());
          try (TfRecordReader reader =
              new TfRecordReader(object, object.info(), all, true, TfRecordReader.MAX_LENGTH)) {
            while (reader.next()) {
              reader.parseSequence(TfExampleParser.ofAll());
            }
          }
          return true;
        };
    for (byte[] other : Damage.flipped(message).toList()) {
      Damage.decode(TfRecordReaderTest.tfRecord(List.of(other)), decoding);
    }
    for (byte[] cut : Damage.truncated(message).toList()) {
      Damage.decode(TfRecordReaderTest.tfRecord(List.of(cut)), decoding);
    }
    assertThat(Damage.decode(TfRecordReaderTest.tfRecord(List.of(message)), decoding)).isPresent();
  }

  @Test
  void aFailureNamesThePlaceInTheObject() throws Exception {
    MemoryObject object =
        new MemoryObject(
            "x.tfrecord", TfRecordReaderTest.tfRecord(List.of(new byte[] {0x0a, 3, 0x0a})));
    TfRecordSplit all = new TfRecordSplit(0, object.info().length());
    try (TfRecordReader reader =
        new TfRecordReader(object, object.info(), all, true, TfRecordReader.MAX_LENGTH)) {
      reader.next();

      assertThatThrownBy(() -> reader.parseExample(parser))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("x.tfrecord: at byte 13: the record is no tf.train.Example: ")
          .hasMessageContaining("3 bytes are needed, there are 1");
      assertThat(reader.corrupt("reason")).hasMessageContaining("at byte 0: reason");
    }
  }

  @Test
  void namesAreGivenOnce() {
    assertThatThrownBy(() -> TfExampleParser.of(List.of("a", "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' is there twice");
  }
}
