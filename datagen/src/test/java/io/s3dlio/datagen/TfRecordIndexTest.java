package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.format.TfRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class TfRecordIndexTest {
  @ParameterizedTest
  @CsvSource({
    "48, 1",
    "99, 1",
    "100, 2",
    "199, 2",
    "9999, 100",
    "10000, 100",
    "100003, 7",
    "300000, 5000",
    "1000000, 1000",
    "20971521, 5"
  })
  void aLineTellsOfEachRecordWhereItIs(int size, int records) {
    ObjectSpec spec = spec(size, ObjectType.TFRECORD, records);
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    spec.source(42).fill(0, file);
    StringBuilder expected = new StringBuilder();
    int offset = 0;
    while (offset < size) {
      int length = Math.toIntExact(file.getLong(offset)) + TfRecord.HEAD + TfRecord.TAIL;
      expected.append(offset).append(' ').append(length).append('\n');
      offset += length;
    }

    assertThat(text(spec.recordIndex(), 0, spec.recordIndex().length()))
        .isEqualTo(expected.toString());
  }

  @Test
  void anyRangeIsMadeAlone() {
    ObjectSource index = spec(200_017, ObjectType.TFRECORD, 333).recordIndex();
    String whole = text(index, 0, index.length());
    for (int start = 0; start < whole.length(); start += 7) {
      for (int end = start; end <= Math.min(whole.length(), start + 40); end += 3) {
        assertThat(text(index, start, end)).isEqualTo(whole.substring(start, end));
      }
    }
    assertThatThrownBy(() -> text(index, index.length() - 1, index.length() + 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void theEndOfTheLargestIndexIsMadeWithoutTheRest() {
    long size = 5L << 40;
    int records = Integer.MAX_VALUE;
    ObjectSource index = spec(size, ObjectType.TFRECORD, records).recordIndex();
    long length = size / records;
    String last = "%d %d\n".formatted(size - length, length);
    assertThat(text(index, index.length() - last.length(), index.length())).isEqualTo(last);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "TFRECORD")
  void nothingElseHasAnIndex(ObjectType type) {
    assertThatThrownBy(() -> spec(10_000, type, 1).recordIndex())
        .isInstanceOf(IllegalStateException.class);
  }

  private static ObjectSpec spec(long size, ObjectType type, int records) {
    return new ObjectSpec(3, "x", size, type, records);
  }

  private static String text(ObjectSource source, long start, long end) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end - start));
    source.fill(start, bytes);
    return new String(bytes.array(), StandardCharsets.US_ASCII);
  }
}
