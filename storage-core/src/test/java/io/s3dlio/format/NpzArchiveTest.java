package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.checksum.Crc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class NpzArchiveTest {
  private final NpzArchive archive = new NpzArchive();
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  private void put(String name, String descr, byte[] data, long... shape) {
    file.writeBytes(archive.member(name, descr, data.length, Crc.CRC32.of(data), shape));
    assertThat(file.size() % 64).isZero();
    file.writeBytes(data);
  }

  private byte[] end() {
    file.writeBytes(archive.end());
    return file.toByteArray();
  }

  @Test
  void arraysComeBack() throws IOException {
    put("x", "<i4", new byte[] {1, 0, 0, 0, 2, 0, 0, 0}, 2, 1);
    put("empty", "<f8", new byte[0], 0);
    put("ü", "|u1", new byte[] {7, 8, 9}, 3);
    MemoryObject object = new MemoryObject("a.npz", end());

    NpzReader reader = NpzReader.open(object, object.info());

    assertThat(reader.members())
        .extracting(NpzMember::arrayName)
        .containsExactly("x", "empty", "ü");
    NpyReader x = reader.open(reader.array("x").orElseThrow(), true);
    assertThat(x.header().shape()).containsExactly(2L, 1L);
    assertThat(x.header().dtype().littleEndianName()).isEqualTo("<i4");
    NpyReader last = reader.open(reader.array("ü").orElseThrow(), true);
    ByteBuffer data = ByteBuffer.allocateDirect(3);
    last.read(0, data);
    assertThat(data.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {7, 8, 9}));
  }

  /** As readers do that never look at the directory. */
  @Test
  void localHeadersTellTrueSizesAndSums() throws IOException {
    byte[] data = "twelve bytes".getBytes(UTF_8);
    put("a", "|u1", data, 12);
    put("b", "|u1", data, 3, 4);
    List<String> names = new ArrayList<>();

    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(end()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        assertThat(entry.getSize()).isEqualTo(128 + 12);
        // It compares the sum.
        assertThat(zip.readAllBytes()).endsWith(data);
      }
    }

    assertThat(names).containsExactly("a.npy", "b.npy");
  }

  @Test
  void headersGrowWithTheShape() throws IOException {
    long[] shape = new long[32];
    Arrays.fill(shape, 1);
    put("deep", "<c16", new byte[16], shape);
    MemoryObject object = new MemoryObject("a.npz", end());

    NpzReader reader = NpzReader.open(object, object.info());

    assertThat(reader.open(reader.array("deep").orElseThrow(), true).header().shape()).hasSize(32);
  }

  @Test
  void anArchiveThatWouldNeedZip64IsRefused() {
    long most = 0xffffffffL;
    archive.member("a", "|u1", most - 1000, 0, most - 1000);

    assertThatThrownBy(() -> archive.member("b", "|u1", 1000, 0, 1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Cannot put 'b' into an archive: it would have ");
  }
}
