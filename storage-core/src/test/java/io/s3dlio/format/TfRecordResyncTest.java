package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TfRecordResyncTest {
  private static final int AROUND = 16;

  private static MemoryObject object(List<byte[]> records) {
    return new MemoryObject("x.tfrecord", TfRecordReaderTest.tfRecord(records));
  }

  private static byte[] random(int length, int seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    return data;
  }

  private static List<ByteBuffer> read(MemoryObject object, List<TfRecordSplit> splits)
      throws IOException {
    List<ByteBuffer> read = new ArrayList<>();
    for (TfRecordSplit split : splits) {
      try (TfRecordReader reader =
          new TfRecordReader(object, object.info(), split, true, TfRecordReader.MAX_LENGTH)) {
        while (reader.next()) {
          byte[] data = new byte[reader.data().remaining()];
          reader.data().get(data);
          read.add(ByteBuffer.wrap(data));
        }
      }
    }
    return read;
  }

  @Property(tries = 100)
  void everyRecordIsInOneSplitWhereDataHoldNoRecords(
      @ForAll @Size(max = 30) List<@IntRange(max = 9000) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 30_000) int size)
      throws IOException {
    List<byte[]> records = lengths.stream().map(length -> random(length, length)).toList();
    MemoryObject object = object(records);

    List<TfRecordSplit> splits = TfRecordSplits.byResync(object, object.info(), size);

    assertThat(read(object, splits)).isEqualTo(records.stream().map(ByteBuffer::wrap).toList());
    long position = 0;
    for (TfRecordSplit split : splits) {
      assertThat(split.start()).isEqualTo(position);
      position = split.end();
    }
    assertThat(position).isEqualTo(object.info().length());
  }

  @Test
  void aRecordLongerThanAWindowIsPassedOver() throws IOException {
    MemoryObject object = object(List.of(random(3_500_000, 1), random(10, 2), random(20, 3)));

    assertThat(TfRecordSplits.byResync(object, object.info(), 1 << 20))
        .containsExactly(
            new TfRecordSplit(0, 3_500_000 + AROUND),
            new TfRecordSplit(3_500_000 + AROUND, object.info().length()));
  }

  /** Why it is not done unless it is asked for. */
  @Test
  void dataThatHoldRecordsAreCutWithin() throws IOException {
    byte[] inner = TfRecordReaderTest.tfRecord(List.of(random(100, 1), random(100, 2)));
    List<byte[]> records = List.of(inner, random(50, 3));
    MemoryObject object = object(records);

    List<TfRecordSplit> splits = TfRecordSplits.byResync(object, object.info(), 60);

    assertThat(splits.get(0).end()).isEqualTo(12 + 100 + AROUND);
    assertThat(TfRecordSplits.byHopping(object, object.info(), 60, true).get(0).end())
        .isEqualTo(inner.length + AROUND);
  }

  @Test
  void theLengthOfTheFirstRecordIsToldIfThereIsOne() throws IOException {
    byte[] file = TfRecordReaderTest.tfRecord(List.of(random(1000, 1), random(5, 2)));
    MemoryObject object = new MemoryObject("x", file);

    assertThat(TfRecordSplits.firstRecordLength(object, object.info())).hasValue(1016);
    assertThat(object.bytesRead()).isEqualTo(12);
    byte[] damaged = file.clone();
    damaged[9] ^= 1;
    for (byte[] other : List.of(damaged, new byte[0], Arrays.copyOf(file, 15), random(999, 4))) {
      MemoryObject none = new MemoryObject("x", other);
      assertThat(TfRecordSplits.firstRecordLength(none, none.info())).isEmpty();
    }
  }
}
