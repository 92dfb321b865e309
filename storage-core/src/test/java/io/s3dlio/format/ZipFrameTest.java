package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZipFrameTest {
  private static final byte[] CONTENT = new byte[10_000];

  @Test
  void membersAreReadInOrder() throws IOException {
    byte[] deflated = deflated();
    CRC32 crc = new CRC32();
    crc.update(CONTENT);
    List<ZipFrame.Member> members =
        List.of(member("x.npy", crc, deflated.length), member("y.npy", crc, deflated.length));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (ZipFrame.Member member : members) {
      file.writeBytes(ZipFrame.local(member));
      file.writeBytes(deflated);
    }
    file.writeBytes(ZipFrame.directory(members));

    MemoryObject object = new MemoryObject("x.npz", file.toByteArray());
    assertThat(NpzReader.open(object, object.info()).members())
        .extracting(NpzMember::name)
        .containsExactly("x.npy", "y.npy");
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file.toByteArray()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        assertThat(entry.getSize()).isEqualTo(CONTENT.length);
        assertThat(entry.getCompressedSize()).isEqualTo(deflated.length);
        assertThat(zip.readAllBytes()).isEqualTo(CONTENT);
      }
    }
  }

  private static ZipFrame.Member member(String name, CRC32 crc, long stored) {
    return new ZipFrame.Member(name, (int) crc.getValue(), stored, CONTENT.length);
  }

  private static byte[] deflated() {
    Deflater deflater = new Deflater(6, true);
    deflater.setInput(CONTENT);
    deflater.finish();
    byte[] bytes = new byte[CONTENT.length];
    int length = deflater.deflate(bytes);
    deflater.end();
    return Arrays.copyOf(bytes, length);
  }

  /** Only the frame is there; what is between is never read. */
  @ParameterizedTest
  @CsvSource({
    "4294967294, 4294967294",
    "4294967295, 100",
    "5000000, 4294967295",
    "5000000000, 6000000000",
    "5000000000000, 7000000000000"
  })
  void largeMembersHaveFieldsOfZip64(long stored, long size) throws IOException {
    List<ZipFrame.Member> members =
        List.of(
            new ZipFrame.Member("x.npy", 0x12345678, stored, size),
            new ZipFrame.Member("y.npy", 0x9abcdef0, 30, 40));
    byte[] first = ZipFrame.local(members.get(0));
    byte[] second = ZipFrame.local(members.get(1));
    byte[] directory = ZipFrame.directory(members);
    long secondAt = first.length + stored;
    long directoryAt = secondAt + second.length + 30;
    ObjectReader reader =
        request -> {
          ByteBuffer target = request.target();
          for (long at = request.offset(); target.hasRemaining(); at++) {
            int value = byteAt(first, at, 0) + byteAt(second, at, secondAt);
            target.put((byte) (value + byteAt(directory, at, directoryAt)));
          }
        };
    ObjectInfo info =
        new ObjectInfo(
            new Location("s3", "bucket", "x.npz"),
            directoryAt + directory.length,
            Instant.EPOCH,
            "1");

    List<NpzMember> found = NpzReader.open(reader, info).members();

    assertThat(found).extracting(NpzMember::name).containsExactly("x.npy", "y.npy");
    assertThat(found).extracting(NpzMember::length).containsExactly(size, 40L);
    assertThat(found).extracting(NpzMember::storedLength).containsExactly(stored, 30L);
  }

  private static byte byteAt(byte[] bytes, long at, long start) {
    return at >= start && at - start < bytes.length ? bytes[(int) (at - start)] : 0;
  }
}
