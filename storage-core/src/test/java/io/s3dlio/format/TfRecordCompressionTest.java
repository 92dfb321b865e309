package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TfRecordCompressionTest {
  private static List<ByteBuffer> records(
      MemoryObject object, TfRecordCompression compression, boolean verifyCrc, int maxLength)
      throws IOException {
    List<ByteBuffer> records = new ArrayList<>();
    collect(object, compression, verifyCrc, maxLength, records);
    return records;
  }

  private static void collect(
      MemoryObject object,
      TfRecordCompression compression,
      boolean verifyCrc,
      int maxLength,
      List<ByteBuffer> records)
      throws IOException {
    try (TfRecordReader reader =
        TfRecordReader.open(object, object.info(), compression, verifyCrc, maxLength)) {
      while (reader.next()) {
        byte[] data = new byte[reader.data().remaining()];
        reader.data().get(data);
        records.add(ByteBuffer.wrap(data));
      }
      assertThat(reader.next()).isFalse();
    }
  }

  private static List<ByteBuffer> records(MemoryObject object, TfRecordCompression compression)
      throws IOException {
    return records(object, compression, true, TfRecordReader.MAX_LENGTH);
  }

  private static List<ByteBuffer> detected(MemoryObject object) throws IOException {
    return records(object, TfRecordCompression.detect(object, object.info()));
  }

  private static List<ByteBuffer> wrapped(List<byte[]> records) {
    return records.stream().map(ByteBuffer::wrap).toList();
  }

  private static byte[] compressed(TfRecordCompression compression, byte[] content) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (compression) {
          case NONE -> file;
          case GZIP -> new GZIPOutputStream(file);
          case ZLIB -> new DeflaterOutputStream(file);
        }) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static MemoryObject object(TfRecordCompression compression, byte[] content) {
    return new MemoryObject("x.tfrecord", compressed(compression, content));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @ParameterizedTest
  @CsvSource({
    "records.tfrecord, NONE",
    "empty.tfrecord, NONE",
    "none.tfrecord, NONE",
    "records-gzip.tfrecord, GZIP",
    "none-gzip.tfrecord, GZIP",
    "members.tfrecord, GZIP",
    "records-zlib.tfrecord, ZLIB",
    "none-zlib.tfrecord, ZLIB"
  })
  void whatTensorFlowWritesIsDetectedAndRead(String file, TfRecordCompression compression)
      throws IOException {
    MemoryObject object = GoldenFiles.object(file);

    assertThat(TfRecordCompression.detect(object, object.info())).isEqualTo(compression);
    assertThat(detected(object)).isEqualTo(wrapped(GoldenFiles.records(file)));
    assertThat(records(object, compression, false, TfRecordReader.MAX_LENGTH))
        .isEqualTo(wrapped(GoldenFiles.records(file)));
  }

  @Test
  void aRecordWhoseLengthLooksLikeCompressedDataIsNone() {
    for (int length : new int[] {0x8b1f, 0x088b1f, 0x9c78, 0x0178, 0xda78}) {
      byte[] file = TfRecordReaderTest.tfRecord(List.of(new byte[length]));

      assertThat(TfRecordCompression.detect(ByteBuffer.wrap(file)))
          .isEqualTo(TfRecordCompression.NONE);
      assertThat(TfRecordCompression.detect(ByteBuffer.wrap(file, 0, 4)))
          .isNotEqualTo(TfRecordCompression.NONE);
    }
  }

  @Test
  void aBeginningThatIsTooShortOrUnknownIsNone() {
    for (byte[] start : new byte[][] {{}, {0x1f}, {0x78}, {0x1f, 0x1f}, {0x78, 1, 0}, {0, 0}}) {
      ByteBuffer bytes = ByteBuffer.wrap(start);
      boolean zlib = start.length == 3;

      assertThat(TfRecordCompression.detect(bytes))
          .isEqualTo(zlib ? TfRecordCompression.ZLIB : TfRecordCompression.NONE);
      assertThat(bytes.remaining()).isEqualTo(start.length);
    }
  }

  @Property(tries = 200)
  void anyRecordsAreReadFromAnyMembers(
      @ForAll @Size(max = 20) List<@IntRange(max = 5000) Integer> lengths,
      @ForAll @Size(max = 4) List<@IntRange(max = 100_000) Integer> cuts,
      @ForAll TfRecordCompression compression)
      throws IOException {
    Random random = new Random(lengths.hashCode());
    List<byte[]> records = lengths.stream().map(byte[]::new).toList();
    records.forEach(random::nextBytes);
    byte[] content = TfRecordReaderTest.tfRecord(records);
    byte[] file = new byte[0];
    if (compression == TfRecordCompression.GZIP) {
      int from = 0;
      for (int cut : cuts.stream().sorted().toList()) {
        int to = Math.min(cut, content.length);
        byte[] part = Arrays.copyOfRange(content, from, to);
        file = joined(file, compressed(compression, part));
        from = to;
      }
      byte[] rest = Arrays.copyOfRange(content, from, content.length);
      file = joined(file, compressed(compression, rest));
    } else {
      file = compressed(compression, content);
    }
    MemoryObject object = new MemoryObject("x.tfrecord", file);

    assertThat(records(object, compression)).isEqualTo(wrapped(records));
    // Each byte once, however many of them a buffer has left.
    assertThat(object.bytesRead()).isEqualTo(file.length);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZLIB"})
  void recordsLongerThanABufferAreReadInLittleMemory(TfRecordCompression compression)
      throws IOException {
    List<byte[]> records = new ArrayList<>();
    for (int length : new int[] {10, 3_000_000, 0, 900_000, 2_000_000}) {
      byte[] data = new byte[length];
      new Random(length).nextBytes(data);
      records.add(data);
    }
    MemoryObject object = object(compression, TfRecordReaderTest.tfRecord(records));
    BufferPool.Stats before = BufferPool.shared().stats();

    assertThat(records(object, compression)).isEqualTo(wrapped(records));

    assertThat(BufferPool.shared().stats().peakLeasedBytes())
        .isLessThanOrEqualTo(Math.max(before.peakLeasedBytes(), before.leasedBytes() + 5_500_000));
    assertThat(BufferPool.shared().stats().leases()).isEqualTo(before.leases());
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZLIB"})
  void aBombIsReadNoFartherThanARecordMayGo(TfRecordCompression compression) {
    byte[] content = TfRecordReaderTest.tfRecord(List.of(new byte[3], new byte[60_000_000]));
    MemoryObject object = object(compression, content);
    List<ByteBuffer> records = new ArrayList<>();

    assertThatThrownBy(() -> collect(object, compression, true, 1_000_000, records))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("60000000 bytes of data (at most 1000000)");
    assertThat(records).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZLIB"})
  void noMemoryIsTakenForARecordThatCannotBeThere(TfRecordCompression compression) {
    byte[] content = Arrays.copyOf(TfRecord.head(2_000_000_000), 100);
    MemoryObject object = object(compression, content);
    long before = BufferPool.shared().stats().peakLeasedBytes();

    assertThatThrownBy(() -> records(object, compression))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("2000000000 bytes of data, there is room for");
    assertThat(BufferPool.shared().stats().peakLeasedBytes())
        .isLessThanOrEqualTo(Math.max(before, 100_000_000));
  }

  @ParameterizedTest
  @CsvSource({"records-gzip.tfrecord", "records-zlib.tfrecord", "members.tfrecord"})
  void whatIsCutOffIsCorruptButBetweenMembers(String name) throws IOException {
    byte[] file = GoldenFiles.file(name);
    TfRecordCompression compression = TfRecordCompression.detect(ByteBuffer.wrap(file));
    for (byte[] cut : Damage.truncated(file).toList()) {
      // Nothing is no records, as it is for TensorFlow.
      assertThat(Damage.decode(cut, object -> records(object, compression)).isPresent())
          .as("%d", cut.length)
          .isEqualTo(cut.length == 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"records-gzip.tfrecord", "records-zlib.tfrecord", "members.tfrecord"})
  void damageIsSeenAndRecordsBeforeItAreRight(String name) throws IOException {
    byte[] file = GoldenFiles.file(name);
    TfRecordCompression compression = TfRecordCompression.detect(ByteBuffer.wrap(file));
    List<ByteBuffer> right = wrapped(GoldenFiles.records(name));
    for (byte[] other : Damage.flipped(file).toList()) {
      for (boolean verifyCrc : new boolean[] {true, false}) {
        List<ByteBuffer> read = new ArrayList<>();
        boolean whole =
            Damage.decode(
                    other,
                    object -> {
                      collect(object, compression, verifyCrc, 1 << 20, read);
                      return 0;
                    })
                .isPresent();
        if (whole) {
          // A name, a time and such do not matter.
          assertThat(read).isEqualTo(right);
        } else if (verifyCrc) {
          assertThat(read).isEqualTo(right.subList(0, read.size()));
        }
      }
    }
  }

  @Test
  void damageAtTheEndHidesNoRecordBeforeIt() throws IOException {
    List<byte[]> records = Collections.nCopies(100, "a record".getBytes(UTF_8));
    byte[] file = compressed(TfRecordCompression.GZIP, TfRecordReaderTest.tfRecord(records));
    file[file.length - 5] ^= 1;
    List<ByteBuffer> read = new ArrayList<>();

    assertThatThrownBy(
            () ->
                collect(new MemoryObject("x", file), TfRecordCompression.GZIP, true, 1 << 20, read))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("CRC-32");
    assertThat(read).hasSize(100);
  }

  @Test
  void whatFollowsCompressedDataIsCorrupt() {
    for (TfRecordCompression compression :
        List.of(TfRecordCompression.GZIP, TfRecordCompression.ZLIB)) {
      byte[] file = compressed(compression, TfRecordReaderTest.tfRecord(List.of(new byte[9])));

      assertThatThrownBy(
              () -> records(new MemoryObject("x", joined(file, new byte[20])), compression))
          .isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void aFailureNamesBothPlaces() {
    byte[] content = TfRecordReaderTest.tfRecord(List.of(new byte[4], new byte[4]));
    content[33] ^= 1;
    MemoryObject object = object(TfRecordCompression.ZLIB, content);

    assertThatThrownBy(() -> records(object, TfRecordCompression.ZLIB))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("Cannot decode s3://bucket/x.tfrecord: at byte ")
        .hasMessageContaining("in what is inflated there, at byte 20: the masked CRC-32C");
  }
}
