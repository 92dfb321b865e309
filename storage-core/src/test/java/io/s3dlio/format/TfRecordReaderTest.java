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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TfRecordReaderTest {
  /** What stands around a record's data. */
  private static final int AROUND = 16;

  static byte[] tfRecord(List<byte[]> records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (byte[] data : records) {
      ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      head.putLong(data.length);
      head.putInt(MaskedCrc32c.of(head.duplicate().flip()));
      file.writeBytes(head.array());
      file.writeBytes(data);
      ByteBuffer tail = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      file.writeBytes(tail.putInt(MaskedCrc32c.of(ByteBuffer.wrap(data))).array());
    }
    return file.toByteArray();
  }

  private static List<ByteBuffer> records(MemoryObject object, boolean verifyCrc)
      throws IOException {
    return records(object, new TfRecordSplit(0, object.info().length()), verifyCrc);
  }

  private static List<ByteBuffer> records(
      MemoryObject object, TfRecordSplit split, boolean verifyCrc) throws IOException {
    List<ByteBuffer> records = new ArrayList<>();
    try (TfRecordReader reader =
        new TfRecordReader(object, object.info(), split, verifyCrc, TfRecordReader.MAX_LENGTH)) {
      long expectedOffset = split.start();
      while (reader.next()) {
        assertThat(reader.offset()).isEqualTo(expectedOffset);
        byte[] data = new byte[reader.data().remaining()];
        reader.data().get(data);
        records.add(ByteBuffer.wrap(data));
        expectedOffset += data.length + AROUND;
      }
      assertThat(reader.next()).isFalse();
    }
    return records;
  }

  private static List<ByteBuffer> wrapped(List<byte[]> records) {
    return records.stream().map(ByteBuffer::wrap).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none.tfrecord", "empty.tfrecord", "records.tfrecord"})
  void whatTensorFlowWritesIsRead(String file) throws IOException {
    for (boolean verifyCrc : new boolean[] {true, false}) {
      assertThat(records(GoldenFiles.object(file), verifyCrc))
          .isEqualTo(wrapped(GoldenFiles.records(file)));
    }
  }

  @Test
  void sumsAreThoseOfTensorFlow() {
    assertThat(tfRecord(GoldenFiles.records("records.tfrecord")))
        .isEqualTo(GoldenFiles.file("records.tfrecord"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileCutOffWithinARecordIsCorrupt(boolean verifyCrc) throws IOException {
    byte[] file = GoldenFiles.file("records.tfrecord");
    List<byte[]> expected = GoldenFiles.records("records.tfrecord");
    List<Integer> boundaries = new ArrayList<>(List.of(0));
    expected.forEach(
        data -> boundaries.add(boundaries.get(boundaries.size() - 1) + data.length + AROUND));

    for (byte[] cut : Damage.truncated(file).toList()) {
      int whole = boundaries.indexOf(cut.length);
      assertThat(Damage.decode(cut, object -> records(object, verifyCrc)).map(List::size))
          .isEqualTo(whole < 0 ? Optional.empty() : Optional.of(whole));
    }
  }

  @Test
  void aDamagedFileIsCorrupt() throws IOException {
    for (byte[] other : Damage.flipped(GoldenFiles.file("records.tfrecord")).toList()) {
      assertThat(Damage.decode(other, object -> records(object, true))).isEmpty();
    }
  }

  @Test
  void aRecordOfDamagedDataIsToldAndPassedOver() throws IOException {
    byte[] file = GoldenFiles.file("records.tfrecord");
    List<byte[]> expected = GoldenFiles.records("records.tfrecord");
    // The data of the third, after one without data and one of a byte.
    file[16 + 17 + 12] ^= 1;
    MemoryObject object = new MemoryObject("x.tfrecord", file);
    TfRecordSplit all = new TfRecordSplit(0, file.length);
    try (TfRecordReader reader =
        new TfRecordReader(object, object.info(), all, true, TfRecordReader.MAX_LENGTH)) {
      for (byte[] data : expected.subList(0, 2)) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.data()).isEqualTo(ByteBuffer.wrap(data));
      }
      assertThatThrownBy(reader::next)
          .isInstanceOf(CorruptException.class)
          .hasMessageStartingWith(
              "Cannot decode s3://bucket/x.tfrecord: at byte 33: the masked CRC-32C of the"
                  + " record's data is ");
      assertThat(reader.hasRecord()).isTrue();
      assertThat(reader.data()).isEqualTo(ByteBuffer.wrap(file, 45, expected.get(2).length));
      for (byte[] data : expected.subList(3, expected.size())) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.data()).isEqualTo(ByteBuffer.wrap(data));
      }
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void nothingIsReadBehindADamagedLength() throws IOException {
    byte[] file = GoldenFiles.file("records.tfrecord");
    file[16] ^= 1;
    MemoryObject object = new MemoryObject("x.tfrecord", file);
    TfRecordSplit all = new TfRecordSplit(0, file.length);
    try (TfRecordReader reader =
        new TfRecordReader(object, object.info(), all, true, TfRecordReader.MAX_LENGTH)) {
      assertThat(reader.next()).isTrue();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(reader::next)
            .isInstanceOf(CorruptException.class)
            .hasMessageContaining("at byte 16: the masked CRC-32C of the record's length");
        assertThat(reader.hasRecord()).isFalse();
      }
      assertThatThrownBy(reader::data).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void damagedFilesAreReadOrRefusedWithoutSums() throws IOException {
    for (byte[] other : Damage.flipped(GoldenFiles.file("records.tfrecord")).toList()) {
      Damage.decode(other, object -> records(object, false))
          .ifPresent(
              records ->
                  assertThat(records.stream().mapToInt(data -> data.remaining() + AROUND).sum())
                      .isEqualTo(other.length));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE, 1L << 32, 3})
  void aLengthBeyondTheObjectIsCorrupt(long length) {
    ByteBuffer file = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    file.putInt(MaskedCrc32c.of(file.duplicate().flip()));
    MemoryObject object = new MemoryObject("x.tfrecord", file.array());

    for (boolean verifyCrc : new boolean[] {true, false}) {
      assertThatThrownBy(() -> records(object, verifyCrc))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining(
              "the record has %s bytes of data, there is room for 2"
                  .formatted(Long.toUnsignedString(length)));
    }
  }

  @Test
  void aRecordLongerThanAllowedIsNotReadIntoMemory() throws IOException {
    MemoryObject object = new MemoryObject("x", tfRecord(List.of(new byte[10], new byte[11])));
    TfRecordSplit all = new TfRecordSplit(0, object.info().length());

    try (TfRecordReader reader = new TfRecordReader(object, object.info(), all, true, 10)) {
      assertThat(reader.next()).isTrue();
      assertThatThrownBy(reader::next)
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageContaining("11 bytes of data (at most 10)");
    }
  }

  @Test
  void memoryIsThatOfTheLargestRecord() throws IOException {
    Random random = new Random(5);
    List<byte[]> records = new ArrayList<>();
    for (int length : new int[] {5, 3_000_000, 10, 900_000, 900_000, 0, 2_000_000}) {
      byte[] data = new byte[length];
      random.nextBytes(data);
      records.add(data);
    }
    MemoryObject object = new MemoryObject("x.tfrecord", tfRecord(records));
    BufferPool.Stats before = BufferPool.shared().stats();

    assertThat(records(object, true)).isEqualTo(wrapped(records));

    // The buffer that is left and the one that replaces it.
    assertThat(BufferPool.shared().stats().peakLeasedBytes())
        .isLessThanOrEqualTo(Math.max(before.peakLeasedBytes(), before.leasedBytes() + 5_000_000));
    assertThat(object.bytesRead()).isEqualTo(object.info().length());
  }

  @Property(tries = 300)
  void splitsByHoppingAndByIndexHaveEachRecordOnce(
      @ForAll @Size(max = 40) List<@IntRange(max = 9000) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 50_000) int size)
      throws IOException {
    List<byte[]> records = lengths.stream().map(length -> new byte[length]).toList();
    MemoryObject object = new MemoryObject("x.tfrecord", tfRecord(records));
    MemoryObject index = index(records);

    List<TfRecordSplit> splits = TfRecordSplits.byHopping(object, object.info(), size, true);

    assertThat(TfRecordSplits.byIndex(index, index.info(), object.info(), size)).isEqualTo(splits);
    List<ByteBuffer> read = new ArrayList<>();
    long position = 0;
    for (TfRecordSplit split : splits) {
      assertThat(split.start()).isEqualTo(position);
      assertThat(split.end() == object.info().length() || split.end() - split.start() >= size)
          .isTrue();
      read.addAll(records(object, split, true));
      position = split.end();
    }
    assertThat(position).isEqualTo(object.info().length());
    assertThat(read).isEqualTo(wrapped(records));
  }

  private static MemoryObject index(List<byte[]> records) {
    StringBuilder lines = new StringBuilder();
    long offset = 0;
    for (byte[] data : records) {
      int length = data.length + AROUND;
      lines.append(offset).append(' ').append(length).append('\n');
      offset += length;
    }
    return index(lines.toString());
  }

  private static MemoryObject index(String lines) {
    return new MemoryObject("x.tfrecord.idx", lines.getBytes(ISO_8859_1));
  }

  @Test
  void hoppingReadsNoDataOfLargeRecords() throws IOException {
    MemoryObject object =
        new MemoryObject("x", tfRecord(Collections.nCopies(10, new byte[1 << 20])));

    List<TfRecordSplit> splits = TfRecordSplits.byHopping(object, object.info(), 3 << 20, true);

    assertThat(splits).hasSize(4);
    assertThat(object.bytesRead()).isLessThanOrEqualTo(10 * (4 << 10));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hoppingAFileCutOffWithinARecordIsCorrupt(boolean verifyCrc) throws IOException {
    byte[] file = GoldenFiles.file("records.tfrecord");
    for (byte[] cut : Damage.truncated(file).toList()) {
      Damage.Decoding<Long> hop =
          object -> TfRecordSplits.byHopping(object, object.info(), 1, verifyCrc).stream().count();
      assertThat(Damage.decode(cut, hop).isPresent())
          .isEqualTo(Damage.decode(cut, object -> records(object, true)).isPresent());
    }
  }

  @Test
  void anIndexOfDaliIsRead() throws IOException {
    MemoryObject index = GoldenFiles.object("records.tfrecord.idx");
    MemoryObject object = GoldenFiles.object("records.tfrecord");

    assertThat(TfRecordSplits.byIndex(index, index.info(), object.info(), 1))
        .isEqualTo(TfRecordSplits.byHopping(object, object.info(), 1, true))
        .hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 16\n16 17",
        "0 16\n16 18\n34 1\n",
        "0 16\n\n16 18\n",
        "16 18\n",
        "0 16\n0 34\n",
        "0 16\n16 19\n",
        "0 15\n15 19\n",
        "0 16\n16 -18\n",
        "0 16\n16 +18\n",
        "0 16\n16  18\n",
        "0 16\r\n16 18\r\n",
        "0 16\n16 99999999999999999999\n",
        "0 9223372036854775807\n",
        "0\n16\n",
        "",
        "{\"0\": 16}",
        "0000000000000000000000000000000000000000000000000000000000000000000000000 34",
      })
  void anIndexThatIsNotOfTheObjectIsCorrupt(String lines) {
    MemoryObject object =
        new MemoryObject("x.tfrecord", tfRecord(List.of(new byte[0], new byte[2])));
    MemoryObject index = index(lines);

    assertThatThrownBy(() -> TfRecordSplits.byIndex(index, index.info(), object.info(), 1))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("s3://bucket/x.tfrecord.idx: at byte ");
  }

  @Test
  void aDamagedIndexIsCorrupt() throws IOException {
    MemoryObject object = GoldenFiles.object("records.tfrecord");
    byte[] original = GoldenFiles.file("records.tfrecord.idx");
    for (byte[] other : Damage.flipped(original).toList()) {
      assertThat(
              Damage.decode(
                  other, index -> TfRecordSplits.byIndex(index, index.info(), object.info(), 1)))
          .isEmpty();
    }
    for (byte[] cut : Damage.truncated(original).toList()) {
      // Only the end of the last line may be missing.
      assertThat(
              Damage.decode(
                      cut, index -> TfRecordSplits.byIndex(index, index.info(), object.info(), 1))
                  .isPresent())
          .isEqualTo(cut.length == original.length - 1);
    }
  }
}
