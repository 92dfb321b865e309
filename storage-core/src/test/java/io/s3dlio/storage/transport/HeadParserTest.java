package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadParserTest {
  private static final String HEAD =
      "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nETag:\t\"a b\" \r\nX-Empty:\r\n\r\n";

  @Property
  void anySplitOfTheBytesReadsTheSame(
      @ForAll @Size(max = 12) List<@IntRange(max = 90) Integer> cuts)
      throws MalformedResponseException {
    HeadParser parser = new HeadParser();
    for (int round = 0; round < 2; round++) {
      parser.reset();
      ByteBuffer all = buffer(HEAD + "hello");
      boolean done = false;
      for (int end : sorted(cuts, all.capacity())) {
        all.limit(Math.max(end, all.position()));
        if (!done) {
          done = parser.take(all);
        }
      }
      assertThat(done).isTrue();
      all.limit(all.capacity());
      assertThat(ISO_8859_1.decode(all).toString()).isEqualTo("hello");
      ResponseHead head = parser.head();
      assertThat(head.status()).isEqualTo(206);
      assertThat(fields(head.headers()))
          .containsExactly("Content-Length=5", "ETag=\"a b\"", "X-Empty=");
    }
  }

  @Test
  void aStatusWithoutAReasonIsRead() throws Exception {
    assertThat(parse("HTTP/1.0 404\r\n\r\n").status()).isEqualTo(404);
    assertThat(parse("HTTP/1.0 404 \r\n\r\n").minorVersion()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 200 OK\r\nA: b\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\tA: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\u00e4: b\r\n\r\n",
      })
  void whatIsNoHeadIsRefused(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(MalformedResponseException.class);
  }

  @Test
  void anEndlessHeadIsRefusedAtItsBound() {
    HeadParser parser = new HeadParser();
    ByteBuffer endless = buffer("HTTP/1.1 200 OK\r\nA: " + "x".repeat(1 << 20));
    assertThatThrownBy(() -> parser.take(endless))
        .isInstanceOf(MalformedResponseException.class)
        .hasMessageContaining("32768");
    assertThat(endless.position()).isEqualTo(HeadParser.MAX_HEAD_BYTES + 1);
  }

  @Test
  void fieldsAreCounted() throws Exception {
    assertThat(parse("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(256) + "\r\n").headers().size())
        .isEqualTo(256);
    assertThatThrownBy(() -> parse("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(257) + "\r\n"))
        .hasMessageContaining("256 fields");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET  | 200 | Content-Length: 7                        | LENGTH      | 7
          GET  | 200 | Content-Length: 7;content-length: 7      | LENGTH      | 7
          GET  | 200 | Transfer-Encoding: chunked               | CHUNKED     | -1
          GET  | 200 | A: b                                     | UNTIL_CLOSE | -1
          HEAD | 200 | Content-Length: 7                        | LENGTH      | 0
          HEAD | 200 | Transfer-Encoding: chunked               | LENGTH      | 0
          GET  | 204 | A: b                                     | LENGTH      | 0
          GET  | 304 | Content-Length: 7                        | LENGTH      | 0
          GET  | 100 | A: b                                     | LENGTH      | 0
          """)
  void framingFollowsTheMethodAndTheHead(
      String method, int status, String fields, BodyFraming.Kind kind, long length)
      throws Exception {
    assertThat(BodyFraming.of(method, parse(withFields(1, status, fields))))
        .isEqualTo(new BodyFraming(kind, length));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 7;Content-Length: 8",
        "Content-Length: 7, 8",
        "Content-Length: -7",
        "Content-Length: +7",
        "Content-Length: 0x7",
        "Content-Length:",
        "Content-Length: 9999999999999999999",
        "Content-Length: 7;Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked;Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
      })
  void anEndOpenToQuestionIsRefused(String fields) throws Exception {
    ResponseHead head = parse(withFields(1, 200, fields));
    assertThatThrownBy(() -> BodyFraming.of("GET", head))
        .isInstanceOf(MalformedResponseException.class);
    assertThatThrownBy(() -> BodyFraming.of("HEAD", head))
        .isInstanceOf(MalformedResponseException.class);
  }

  @Test
  void chunksAreRefusedInTheOldVersion() throws Exception {
    ResponseHead head = parse(withFields(0, 200, "Transfer-Encoding: chunked"));
    assertThatThrownBy(() -> BodyFraming.of("GET", head)).hasMessageContaining("HTTP/1.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | A: b                         | true
          1 | Connection: x, Close         | false
          0 | A: b                         | false
          0 | Connection: Keep-Alive       | true
          """)
  void theServerSaysWhetherTheConnectionStays(int version, String fields, boolean stays)
      throws Exception {
    assertThat(parse(withFields(version, 200, fields)).keepsAlive()).isEqualTo(stays);
  }

  private static String withFields(int version, int status, String fields) {
    return "HTTP/1." + version + " " + status + " x\r\n" + fields.replace(";", "\r\n") + "\r\n\r\n";
  }

  private static ResponseHead parse(String text) throws MalformedResponseException {
    HeadParser parser = new HeadParser();
    assertThat(parser.take(buffer(text))).isTrue();
    return parser.head();
  }

  private static List<String> fields(HttpHeaders headers) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      fields.add(headers.name(i) + "=" + headers.value(i));
    }
    return fields;
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private static List<Integer> sorted(List<Integer> cuts, int end) {
    List<Integer> all = new ArrayList<>();
    cuts.stream().filter(cut -> cut < end).sorted().forEach(all::add);
    all.add(end);
    return all;
  }
}
