package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  private static final int LARGE = (3 << 20) + 12_345;

  private static ObjectSource plain(ObjectType type, int size, int records) {
    return new ObjectSpec(7, "x", size, type, records).source(42);
  }

  private static byte[] bytes(ObjectSource source, long offset, int length) {
    ByteBuffer target = ByteBuffer.allocate(length);
    source.fill(offset, target);
    return target.array();
  }

  private static byte[] bytes(ObjectSource source) {
    return bytes(source, 0, Math.toIntExact(source.length()));
  }

  @ParameterizedTest
  @CsvSource({"48, 1", "1000, 3", "1048576, 2", "1048577, 5"})
  void gzipHoldsTheRecords(int size, int records) throws IOException {
    ObjectSource plain = plain(ObjectType.TFRECORD, size, records);
    byte[] compressed = bytes(Compression.GZIP.of(ObjectType.TFRECORD, plain));
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      assertThat(in.readAllBytes()).isEqualTo(bytes(plain));
    }
  }

  @ParameterizedTest
  @CsvSource({"48, 1", "1000, 3", "1048576, 2", "1048577, 5"})
  void zlibHoldsTheRecords(int size, int records) throws IOException {
    ObjectSource plain = plain(ObjectType.TFRECORD, size, records);
    byte[] compressed = bytes(Compression.ZLIB.of(ObjectType.TFRECORD, plain));
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
      assertThat(in.readAllBytes()).isEqualTo(bytes(plain));
    }
  }

  @ParameterizedTest
  @CsvSource({"488, 1", "100000, 3", "2097152, 4"})
  void archivesHaveTheirMembersWithTrueSizes(int size, int samples) throws IOException {
    ObjectSource plain = plain(ObjectType.NPZ, size, samples);
    byte[] compressed = bytes(Compression.DEFLATE.of(ObjectType.NPZ, plain));
    byte[] whole = bytes(plain);
    try (ZipInputStream expected = new ZipInputStream(new ByteArrayInputStream(whole));
        ZipInputStream found = new ZipInputStream(new ByteArrayInputStream(compressed))) {
      for (String name : List.of("x.npy", "y.npy")) {
        ZipEntry entry = found.getNextEntry();
        assertThat(entry.getName()).isEqualTo(name).isEqualTo(expected.getNextEntry().getName());
        byte[] content = expected.readAllBytes();
        assertThat(entry.getMethod()).isEqualTo(ZipEntry.DEFLATED);
        assertThat(entry.getSize()).isEqualTo(content.length);
        assertThat(entry.getCompressedSize()).isPositive();
        assertThat(found.readAllBytes()).isEqualTo(content);
      }
      assertThat(found.getNextEntry()).isNull();
    }
  }

  /** Whatever the JVM and its zlib: these bytes are what a data set is verified against. */
  @ParameterizedTest
  @CsvSource({
    "NPZ, DEFLATE, fd642ed04c0f7184f94a6dcefdcaaeb12fded3f089ccec8e6d23c57be442a7a0",
    "TFRECORD, GZIP, 0fdde799e996d4e331586be6221200a61674ac9cc9be61dd74742e53e65b4886",
    "TFRECORD, ZLIB, 7d54b01b081ee84a0bf5796a946611a10e79413c1c694f165b27e8f15cea6e5b",
  })
  void bytesNeverChange(ObjectType type, Compression compression, String sha256) throws Exception {
    byte[] bytes = bytes(compression.of(type, plain(type, LARGE, 3)));
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
        .isEqualTo(sha256);
  }

  @Test
  void bytesThatRepeatGetFewer() {
    DeflatedBytes zeros = new DeflatedBytes(new ZeroBytes(LARGE), 0, LARGE);
    assertThat(zeros.length()).isLessThan(LARGE / 500);
    DeflatedBytes nothing = new DeflatedBytes(new ZeroBytes(0), 0, 0);
    assertThat(bytes(nothing)).containsExactly(3, 0);
  }

  @ParameterizedTest
  @CsvSource({"NPZ, DEFLATE", "TFRECORD, GZIP", "TFRECORD, ZLIB"})
  void anyRangeIsThatOfTheWhole(ObjectType type, Compression compression) {
    ObjectSource source = compression.of(type, plain(type, LARGE, 3));
    byte[] whole = bytes(source);
    int length = whole.length;
    assertThat(source.lengthBound()).isGreaterThanOrEqualTo(length);
    for (int start : new int[] {length - 9, 0, 5, 1 << 20, (1 << 20) + 300, 3 << 20, length / 2}) {
      for (int count : new int[] {0, 1, 9, 100_000}) {
        int fits = Math.min(count, length - start);
        assertThat(bytes(source, start, fits))
            .isEqualTo(Arrays.copyOfRange(whole, start, start + fits));
      }
    }
    assertThatThrownBy(() -> bytes(source, length - 1L, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void threadsMayShareOne() throws Exception {
    ObjectSource source =
        Compression.GZIP.of(ObjectType.TFRECORD, plain(ObjectType.TFRECORD, LARGE, 3));
    byte[] whole = bytes(source);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<byte[]>> reads =
          IntStream.range(0, 24)
              .<Callable<byte[]>>mapToObj(i -> () -> bytes(source, i % 8 * 300_000L, 300_000))
              .toList();
      List<Future<byte[]>> found = threads.invokeAll(reads);
      for (int i = 0; i < found.size(); i++) {
        int start = i % 8 * 300_000;
        assertThat(found.get(i).get()).isEqualTo(Arrays.copyOfRange(whole, start, start + 300_000));
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void nothingIsEncodedBeforeItIsAskedFor() {
    ObjectSource source =
        Compression.GZIP.of(
            ObjectType.TFRECORD,
            new ObjectSpec(0, "x", 5L << 40, ObjectType.TFRECORD, 1).source(0));
    assertThat(source.lengthBound()).isGreaterThan(5L << 40);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotCompressedIsAsItWas(ObjectType type) {
    ObjectSource plain = plain(type, 10_000, 1);
    assertThat(Compression.NONE.of(type, plain)).isSameAs(plain);
  }

  @ParameterizedTest
  @CsvSource({
    "RANDOM, GZIP, 'Invalid compression: ''gzip'' (of random: none)'",
    "ZEROS, DEFLATE, 'Invalid compression: ''deflate'' (of zeros: none)'",
    "NPZ, GZIP, 'Invalid compression: ''gzip'' (of npz: none, deflate)'",
    "TFRECORD, DEFLATE, 'Invalid compression: ''deflate'' (of tfrecord: none, gzip, zlib)'",
    "HDF5, GZIP, 'Invalid compression: ''gzip'' (of hdf5: none)'",
    "NPY, ZLIB, 'Invalid compression: ''zlib'' (of npy: none)'",
  })
  void whatAFormatHasNotIsRefused(ObjectType type, Compression compression, String message) {
    assertThatThrownBy(() -> compression.of(type, plain(type, 10_000, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, DeflatedBytes.PIECE, DeflatedBytes.PIECE + 1, LARGE})
  void randomBytesStayBelowTheBound(int length) {
    RandomBytes random = RandomBytes.of(1, 2, length);
    assertThat(new DeflatedBytes(random, 0, length).length())
        .isLessThan(DeflatedBytes.bound(length));
  }
}
