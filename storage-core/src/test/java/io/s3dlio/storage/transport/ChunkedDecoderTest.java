package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedDecoderTest {
  @Property
  void anySplitOfTheBytesDecodesTheSame(
      @ForAll @Size(max = 8) List<@Size(min = 1, max = 40) byte[]> chunks,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9) Integer> steps,
      @ForAll @IntRange(min = 1, max = 7) int room)
      throws Exception {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    for (byte[] chunk : chunks) {
      wire.writeBytes((Integer.toHexString(chunk.length) + ";a=b\r\n").getBytes(ISO_8859_1));
      wire.writeBytes(chunk);
      wire.writeBytes("\r\n".getBytes(ISO_8859_1));
      plain.writeBytes(chunk);
    }
    wire.writeBytes("0\r\nTrailer: x\r\n\r\nNEXT".getBytes(ISO_8859_1));

    ByteBuffer in = ByteBuffer.wrap(wire.toByteArray());
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    ChunkedDecoder decoder = new ChunkedDecoder();
    ChunkedDecoder.Result result = ChunkedDecoder.Result.NEEDS_INPUT;
    int step = 0;
    in.limit(0);
    while (result != ChunkedDecoder.Result.DONE) {
      if (result == ChunkedDecoder.Result.NEEDS_INPUT) {
        int size = steps.get(step++ % steps.size());
        in.limit(Math.min(in.capacity(), in.limit() + size));
      }
      ByteBuffer out = ByteBuffer.allocate(room);
      result = decoder.decode(in, out);
      decoded.write(out.array(), 0, out.position());
    }
    in.limit(in.capacity());
    assertThat(decoded.toByteArray()).isEqualTo(plain.toByteArray());
    assertThat(ISO_8859_1.decode(in).toString()).isEqualTo("NEXT");
  }

  @Test
  void aFullTargetStillLetsTheEndBeSeen() throws Exception {
    ByteBuffer in = buffer("3\r\nabc\r\n0\r\n\r\n");
    assertThat(new ChunkedDecoder().decode(in, ByteBuffer.allocate(3)))
        .isEqualTo(ChunkedDecoder.Result.DONE);
    assertThat(new ChunkedDecoder().decode(in.rewind(), ByteBuffer.allocate(2)))
        .isEqualTo(ChunkedDecoder.Result.NEEDS_OUTPUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        ";x\r\n",
        "-1\r\n",
        "g\r\n",
        "0x3\r\nabc\r\n",
        "3\nabc",
        "3\r\nabcd",
        "3\r\nabc\n",
        "3\r\nabc\rX",
        "1000000000000000\r\n",
        "0\r\n\rX",
        "0\r\nA: b\rX",
        "0\r\nA: b\n",
        "3;a\0b\r\n",
      })
  void whatIsNoChunkIsRefused(String text) {
    assertThatThrownBy(() -> new ChunkedDecoder().decode(buffer(text), ByteBuffer.allocate(99)))
        .isInstanceOf(MalformedResponseException.class);
  }

  @Test
  void extensionsAndTrailersAreBounded() {
    String extension = "3;" + "x".repeat(1 << 20);
    assertThatThrownBy(() -> new ChunkedDecoder().decode(buffer(extension), ByteBuffer.allocate(9)))
        .hasMessageContaining("1024");
    String trailers = "0\r\n" + "A: b\r\n".repeat(1 << 16);
    assertThatThrownBy(() -> new ChunkedDecoder().decode(buffer(trailers), ByteBuffer.allocate(9)))
        .hasMessageContaining("8192");
  }

  @Test
  void everyChunkHasItsOwnBoundOfExtensions() throws Exception {
    String body = ("1;" + "x".repeat(1000) + "\r\na\r\n").repeat(5) + "0\r\n\r\n";
    ByteBuffer out = ByteBuffer.allocate(9);
    assertThat(new ChunkedDecoder().decode(buffer(body), out))
        .isEqualTo(ChunkedDecoder.Result.DONE);
    assertThat(out.position()).isEqualTo(5);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }
}
