package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ArrayFilesTest {
  /** The JDK checks the sums of members while it reads, from local headers and the directory. */
  @ParameterizedTest
  @CsvSource({
    "488, 1",
    "489, 1",
    "4096, 1",
    "4585, 2",
    "1048576, 1",
    "1048577, 5",
    "20971520, 100",
    "37343, 4096",
    "100000, 4096"
  })
  void archivesAreReadInOrderAndByTheirDirectory(int size, int samples, @TempDir Path dir)
      throws IOException {
    Path file = write(dir, ObjectType.NPZ, size, samples);
    long images;
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      ZipEntry x = zip.getNextEntry();
      assertThat(x.getName()).isEqualTo("x.npy");
      images = zip.readAllBytes().length;
      assertThat(x.getSize()).isEqualTo(images).isEqualTo(x.getCompressedSize());
      assertThat(zip.getNextEntry().getName()).isEqualTo("y.npy");
      assertThat(zip.readAllBytes()).hasSize(128 + 8 * samples);
      assertThat(zip.getNextEntry()).isNull();
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(Collections.list(zip.entries()))
          .extracting(ZipEntry::getName, ZipEntry::getMethod, ZipEntry::getTimeLocal)
          .allSatisfy(entry -> assertThat(entry.toList().get(1)).isEqualTo(ZipEntry.STORED));
      assertThat(zip.getInputStream(zip.getEntry("x.npy")).readAllBytes()).hasSize((int) images);
    }
    assertThat(size - images).isBetween(0L, 351L + 8 * samples + 4096);
  }

  /** The images of such an archive are a hole here; their sum is not looked at. */
  @ParameterizedTest
  @CsvSource({"4294967294, false", "4294967295, true", "4294971392, true", "5497558138880, true"})
  void archivesOfFourGibibytesAndMoreHaveFieldsOf64Bits(long size, boolean zip64, @TempDir Path dir)
      throws IOException {
    Path file = dir.resolve("large.npz");
    ObjectSource source = new ObjectSpec(9, "x", size, ObjectType.NPZ, 3).source(42);
    ByteBuffer head = ByteBuffer.allocate(200);
    source.fill(0, head);
    assertThat(head.order(ByteOrder.LITTLE_ENDIAN).getInt(18) == -1).isEqualTo(zip64);
    if (size > 1L << 34) {
      return; // More than file systems take.
    }
    ByteBuffer tail = ByteBuffer.allocate(8192);
    source.fill(size - tail.capacity(), tail);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(head.flip(), 0);
      channel.write(tail.flip(), size - tail.capacity());
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      byte[] y = zip.getInputStream(zip.getEntry("y.npy")).readAllBytes();
      assertThat(ByteBuffer.wrap(y, 128, 24).order(ByteOrder.LITTLE_ENDIAN).getLong())
          .isEqualTo(27);
      ZipEntry x = zip.getEntry("x.npy");
      assertThat(x.getSize()).isBetween(size - 4096 - 600, size);
      byte[] start = zip.getInputStream(x).readNBytes(128);
      assertThat(new String(start, StandardCharsets.ISO_8859_1)).contains("'shape': (1024, ");
    }
  }

  @Test
  void theImagesOfArchivesAreAligned() {
    ByteBuffer head = ByteBuffer.allocate(192);
    new ObjectSpec(0, "x", 100_000, ObjectType.NPZ).source(0).fill(0, head);
    // The header ends with a line's end.
    assertThat(head.get(191)).isEqualTo((byte) '\n');
  }

  @ParameterizedTest
  @EnumSource(names = {"NPY", "NPZ", "HDF5"})
  void imagesDoNotCompress(ObjectType type) {
    ByteBuffer file = ByteBuffer.allocate(16 << 20);
    new ObjectSpec(0, "x", 16 << 20, type, 4).source(0).fill(0, file);
    double ratio = (double) file.capacity() / Zstd.compress(file.array(), 3).length;
    assertThat(ratio).isBetween(0.999, 1.01);
  }

  @ParameterizedTest
  @EnumSource(names = {"NPY", "NPZ", "HDF5"})
  void arraysHaveSoManySamplesAtMost(ObjectType type) {
    assertThatThrownBy(() -> new ObjectSpec(0, "x", 1 << 20, type, 4097))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid recordsPerObject: 4097 (%s holds 1 to 4096 of uint8)".formatted(type));
  }

  private static Path write(Path dir, ObjectType type, int size, int samples) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(size);
    new ObjectSpec(9, "x", size, type, samples).source(42).fill(0, file);
    return Files.write(dir.resolve("file"), file.array());
  }
}
