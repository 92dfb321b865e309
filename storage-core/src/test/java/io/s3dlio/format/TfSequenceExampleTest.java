package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TfSequenceExampleTest {
  /** Returns what each record has, as the golden files have it: the bytes are the reader's. */
  private static List<List<GoldenFiles.Sequence>> examples(MemoryObject object) throws IOException {
    List<List<GoldenFiles.Sequence>> examples = new ArrayList<>();
    TfRecordSplit all = new TfRecordSplit(0, object.info().length());
    try (TfRecordReader reader =
        new TfRecordReader(object, object.info(), all, false, TfRecordReader.MAX_LENGTH)) {
      while (reader.next()) {
        examples.add(sorted(examples.size(), reader.sequenceExample()));
      }
    }
    return examples;
  }

  private static List<GoldenFiles.Sequence> sorted(int record, TfSequenceExample example) {
    List<GoldenFiles.Sequence> sequences = new ArrayList<>();
    for (Map.Entry<String, TfFeature> feature : new TreeMap<>(example.context()).entrySet()) {
      sequences.add(sequence(record, true, feature.getKey(), List.of(feature.getValue())));
    }
    for (Map.Entry<String, List<TfFeature>> list :
        new TreeMap<>(example.featureLists()).entrySet()) {
      sequences.add(sequence(record, false, list.getKey(), list.getValue()));
    }
    return sequences;
  }

  private static GoldenFiles.Sequence sequence(
      int record, boolean inContext, String name, List<TfFeature> steps) {
    List<GoldenFiles.Feature> golden =
        steps.stream().map(step -> TfExampleTest.golden(0, "", step)).toList();
    return new GoldenFiles.Sequence(record, inContext, name, golden);
  }

  @Test
  void sequencesOfTensorFlowAreReadValueForValue() throws IOException {
    List<List<GoldenFiles.Sequence>> examples = examples(GoldenFiles.object("sequences.tfrecord"));

    assertThat(examples).hasSize(4);
    assertThat(examples.stream().flatMap(List::stream).toList())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyInAnyOrderElementsOf(GoldenFiles.sequences());
  }

  @Test
  void anythingIsReadAsProtobufReadsIt() throws IOException {
    for (GoldenFiles.SequenceMutant mutant : GoldenFiles.sequenceMutants()) {
      Optional<List<GoldenFiles.Sequence>> read =
          Damage.decode(
              TfRecordReaderTest.tfRecord(List.of(mutant.message())),
              object -> examples(object).get(0));

      assertThat(read)
          .as(HexFormat.of().formatHex(mutant.message()))
          .usingRecursiveComparison()
          .isEqualTo(mutant.sequences());
    }
  }

  @Test
  void aFailureNamesThePlaceInTheObject() {
    // Feature lists of three bytes, of which there is one.
    byte[] message = {0x12, 3, 0x0a};
    byte[] file = TfRecordReaderTest.tfRecord(List.of(new byte[0], message));

    assertThatThrownBy(() -> examples(new MemoryObject("x.tfrecord", file)))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("s3://bucket/x.tfrecord: at byte 29: ")
        .hasMessageContaining("no tf.train.SequenceExample: 3 bytes are needed, there are 1");
  }

  @Test
  void damagedSequencesAreReadOrRefused() throws IOException {
    byte[] file = GoldenFiles.file("sequences.tfrecord");
    for (byte[] other : Damage.flipped(file).toList()) {
      Damage.decode(other, TfSequenceExampleTest::examples);
    }
    for (byte[] cut : Damage.truncated(file).toList()) {
      Damage.decode(cut, TfSequenceExampleTest::examples);
    }
  }

  @Property(tries = 3000)
  void anyBytesAreReadOrRefused(@ForAll byte[] message) throws IOException {
    Damage.decode(TfRecordReaderTest.tfRecord(List.of(message)), TfSequenceExampleTest::examples);
  }
}
