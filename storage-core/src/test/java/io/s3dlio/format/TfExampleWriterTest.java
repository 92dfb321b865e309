package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TfExampleWriterTest {
  private final TfExampleWriter writer = new TfExampleWriter();

  private byte[] record() throws IOException {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    assertThat(writer.writeRecord(record)).isEqualTo(record.size());
    return record.toByteArray();
  }

  private byte[] message() throws IOException {
    byte[] record = record();
    byte[] message = new byte[record.length - TfRecord.HEAD - TfRecord.TAIL];
    System.arraycopy(record, TfRecord.HEAD, message, 0, message.length);
    return message;
  }

  private Map<String, TfFeature> parsed() throws IOException, MalformedProtoException {
    return TfExamples.parse(ByteBuffer.wrap(message()));
  }

  private void int64s(String name, long... values) {
    int mark = writer.length();
    for (int i = values.length - 1; i >= 0; i--) {
      writer.int64(values[i]);
    }
    writer.int64List(mark);
    writer.entry(name.getBytes(UTF_8), mark);
  }

  @Test
  void valuesAndFeaturesAreWrittenFromTheLastToTheFirst() throws Exception {
    int features = writer.length();
    int c = writer.length();
    writer.bytes(ByteBuffer.wrap("xyz".getBytes(UTF_8), 1, 2));
    writer.bytes(new byte[0]);
    writer.bytesList(c);
    writer.entry("c".getBytes(UTF_8), c);
    int b = writer.length();
    writer.float32(-0.5f);
    writer.float32(1.5f);
    writer.floatList(b);
    writer.entry("b".getBytes(UTF_8), b);
    int64s("a", 1, -1, 300);
    writer.features(features);

    Map<String, TfFeature> parsed = parsed();

    assertThat(parsed.keySet()).containsExactly("a", "b", "c");
    TfFeature.Int64s int64s = (TfFeature.Int64s) requireNonNull(parsed.get("a"));
    TfFeature.Floats floats = (TfFeature.Floats) requireNonNull(parsed.get("b"));
    TfFeature.Bytes bytes = (TfFeature.Bytes) requireNonNull(parsed.get("c"));
    assertThat(List.of(int64s.values().get(0), int64s.values().get(1), int64s.values().get(2)))
        .containsExactly(1L, -1L, 300L);
    assertThat(List.of(floats.values().get(0), floats.values().get(1)))
        .containsExactly(1.5f, -0.5f);
    assertThat(bytes.values())
        .containsExactly(ByteBuffer.allocate(0), ByteBuffer.wrap("yz".getBytes(UTF_8)));
  }

  /** The bytes are those of protobuf's encoding by hand. */
  @Test
  void listsArePackedAndEmptyOnesHaveNothing() throws IOException {
    int features = writer.length();
    int64s("b");
    int64s("a", 150);
    writer.features(features);

    assertThat(HexFormat.of().formatHex(message()))
        .isEqualTo("0a16" + "0a0b0a016112061a040a029601" + "0a070a016212021a00");
  }

  @Test
  void aSequenceHasItsListsBehindItsContext() throws IOException {
    int lists = writer.length();
    int list = writer.length();
    int second = writer.length();
    writer.int64(2);
    writer.int64List(second);
    writer.inFeatureList(second);
    int first = writer.length();
    writer.int64(1);
    writer.int64List(first);
    writer.inFeatureList(first);
    writer.entry("l".getBytes(UTF_8), list);
    writer.featureLists(lists);
    int context = writer.length();
    int64s("c", 3);
    writer.features(context);

    assertThat(HexFormat.of().formatHex(message()))
        .isEqualTo(
            "0a0c0a0a0a016312051a030a0103" + "1215" + "0a130a016c120e0a051a030a01010a051a030a0102");
  }

  @Test
  void aMessageIsForgottenWithTheNext() throws Exception {
    int64s("a", 1);
    writer.features(0);
    record();

    writer.begin();
    int64s("b", 2);
    writer.features(0);

    assertThat(parsed()).containsOnlyKeys("b");
  }

  @Test
  void dataOfAnyKindAreARecord() throws IOException {
    writer.raw("data".getBytes(UTF_8));

    assertThat(message()).isEqualTo("data".getBytes(UTF_8));
    writer.begin();
    writer.raw("data".getBytes(UTF_8));
    assertThat(record()).isEqualTo(TfRecordReaderTest.tfRecord(List.of("data".getBytes(UTF_8))));
  }

  @Property(tries = 200)
  void everyNumberAndLengthComesBack(@ForAll long[] values, @ForAll byte[] value) throws Exception {
    TfExampleWriter own = new TfExampleWriter();
    for (int i = 0; i < 3; i++) {
      own.begin();
      int bytes = own.length();
      own.bytes(value);
      own.bytesList(bytes);
      own.entry("bytes".getBytes(UTF_8), bytes);
      int numbers = own.length();
      for (int at = values.length - 1; at >= 0; at--) {
        own.int64(values[at]);
      }
      own.int64List(numbers);
      own.entry("numbers".getBytes(UTF_8), numbers);
      own.features(0);
      ByteArrayOutputStream record = new ByteArrayOutputStream();
      own.writeRecord(record);
      ByteBuffer data =
          ByteBuffer.wrap(record.toByteArray())
              .slice(TfRecord.HEAD, record.size() - TfRecord.HEAD - TfRecord.TAIL);

      Map<String, TfFeature> parsed = TfExamples.parse(data);

      TfFeature.Int64s int64s = (TfFeature.Int64s) requireNonNull(parsed.get("numbers"));
      long[] read = new long[int64s.values().remaining()];
      int64s.values().get(0, read);
      assertThat(read).isEqualTo(values);
      assertThat(((TfFeature.Bytes) requireNonNull(parsed.get("bytes"))).values())
          .containsExactly(ByteBuffer.wrap(value));
    }
  }
}
