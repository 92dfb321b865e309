package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.s3dlio.format.TfRecord;
import io.s3dlio.storage.checksum.Crc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TfRecordBytesTest {
  @ParameterizedTest
  @CsvSource({
    "48, 1",
    "49, 1",
    "175, 1",
    "100000, 1",
    "100003, 7",
    "100000, 1000",
    "8300, 2",
    "8269, 2",
    "20971520, 1",
    "20971521, 5",
    "300000, 73"
  })
  void allRecordsHaveTheirSumsAndFillTheObject(int size, int records) {
    ByteBuffer file = file(size, records);
    int found = 0;
    while (file.hasRemaining()) {
      long length = file.getLong(file.position());
      byte[] head = new byte[TfRecord.HEAD];
      file.get(head);
      assertThat(head).isEqualTo(TfRecord.head(length));
      byte[] data = new byte[(int) length];
      file.get(data);
      byte[] tail = new byte[TfRecord.TAIL];
      file.get(tail);
      assertThat(tail).isEqualTo(TfRecord.tail(Crc.CRC32C.of(data)));
      assertThat(length + 16).isBetween((long) size / records, (long) size / records + 1);
      found++;
    }
    assertThat(found).isEqualTo(records);
  }

  @ParameterizedTest
  @CsvSource({"1000", "4096", "100000"})
  void noTwoRecordsHaveTheSameImage(int size) {
    ByteBuffer file = file(size * 50, 50);
    byte[] all = file.array();
    long images =
        IntStream.range(0, 50)
            .mapToObj(i -> ByteBuffer.wrap(Arrays.copyOfRange(all, i * size + 60, i * size + 900)))
            .distinct()
            .count();
    assertThat(images).isEqualTo(50);
  }

  @Test
  void theImagesDoNotCompress() {
    byte[] file = file(16 << 20, 4).array();
    assertThat((double) file.length / Zstd.compress(file, 3).length).isBetween(0.999, 1.01);
  }

  private static ByteBuffer file(int size, int records) {
    ByteBuffer file = ByteBuffer.allocate(size);
    new ObjectSpec(3, "x", size, ObjectType.TFRECORD, records).source(42).fill(0, file);
    return file.flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}
