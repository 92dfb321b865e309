package io.s3dlio.storage.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The floor that a client of S3 is measured against: one connection, a signed request, a head that
 * is looked at for its status and length only, and a body between the socket and a buffer. It knows
 * no error but "unlike what was expected", and no retry.
 */
public final class BareHttp implements AutoCloseable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final HexFormat HEX = HexFormat.of();
  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
  private static final int HEAD_BYTES = 16 << 10;

  private final SocketChannel channel;
  private final String host;
  private final String accessKey;
  private final String secretKey;
  private final boolean summed;
  private final MessageDigest sha256;
  private final Mac mac;
  private final ByteBuffer in = ByteBuffer.allocateDirect(HEAD_BYTES).limit(0);
  private final byte[] head = new byte[HEAD_BYTES];
  private String keyDay = "";
  private byte[] key = {};

  /**
   * @param summed whether bodies carry a CRC32C
   */
  public BareHttp(URI endpoint, String accessKey, String secretKey, boolean summed)
      throws IOException {
    this.summed = summed;
    this.channel =
        SocketChannel.open(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.host = endpoint.getAuthority();
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
      this.mac = Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads a range into the target, from its position to its limit. */
  public void get(String path, long offset, ByteBuffer target) throws IOException {
    long end = offset + target.remaining() - 1;
    send("GET", path, "", UNSIGNED, "Range: bytes=" + offset + "-" + end + "\r\n");
    int length = readHead(206);
    if (length != target.remaining()) {
      throw new IOException("Expected " + target.remaining() + " bytes, not " + length);
    }
    int copied = Math.min(in.remaining(), length);
    target.put(in.slice(in.position(), copied));
    in.position(in.position() + copied);
    while (target.hasRemaining()) {
      if (channel.read(target) < 0) {
        throw new EOFException();
      }
    }
  }

  /**
   * Sends a request with a body and returns the ETag of the answer.
   *
   * @param signed whether the body is hashed for the signature
   */
  public String send(String method, String path, String query, ByteBuffer body, boolean signed)
      throws IOException {
    String hash = UNSIGNED;
    if (signed) {
      sha256.update(body.duplicate());
      hash = HEX.formatHex(sha256.digest());
    }
    String fields = "Content-Length: " + body.remaining() + "\r\n";
    if (summed && body.hasRemaining() && !method.equals("POST")) {
      fields += "x-amz-checksum-crc32c: " + crc32c(body) + "\r\n";
    }
    send(method, path, query, hash, fields);
    ByteBuffer rest = body.duplicate();
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
    int length = readHead(20);
    String answer = new String(head, 0, headLength, ISO_8859_1);
    byte[] text = new byte[length];
    ByteBuffer target = ByteBuffer.wrap(text);
    while (target.hasRemaining()) {
      if (!in.hasRemaining()) {
        in.clear();
        if (channel.read(in) < 0) {
          throw new EOFException();
        }
        in.flip();
      }
      int count = Math.min(in.remaining(), target.remaining());
      target.put(in.slice(in.position(), count));
      in.position(in.position() + count);
    }
    int etag = answer.toLowerCase(java.util.Locale.ROOT).indexOf("\r\netag: ");
    return etag < 0
        ? new String(text, UTF_8)
        : answer.substring(etag + 8, answer.indexOf("\r\n", etag + 8));
  }

  private static String crc32c(ByteBuffer body) {
    CRC32C crc = new CRC32C();
    crc.update(body.duplicate());
    byte[] sum = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    return Base64.getEncoder().encodeToString(sum);
  }

  private int headLength;

  private void send(String method, String path, String query, String hash, String fields)
      throws IOException {
    String time = TIME.format(Instant.now());
    String scope = time.substring(0, 8) + "/us-east-1/s3/aws4_request";
    String names = "host;x-amz-content-sha256;x-amz-date";
    String canonical =
        method
            + '\n'
            + path
            + '\n'
            + query
            + "\nhost:"
            + host
            + "\nx-amz-content-sha256:"
            + hash
            + "\nx-amz-date:"
            + time
            + "\n\n"
            + names
            + '\n'
            + hash;
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + time
            + '\n'
            + scope
            + '\n'
            + HEX.formatHex(sha256.digest(canonical.getBytes(UTF_8)));
    String signature = HEX.formatHex(hmac(key(time.substring(0, 8)), toSign));
    String text =
        method
            + ' '
            + path
            + (query.isEmpty() ? "" : "?" + query)
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nx-amz-date: "
            + time
            + "\r\nx-amz-content-sha256: "
            + hash
            + "\r\n"
            + fields
            + "Authorization: AWS4-HMAC-SHA256 Credential="
            + accessKey
            + '/'
            + scope
            + ", SignedHeaders="
            + names
            + ", Signature="
            + signature
            + "\r\n\r\n";
    ByteBuffer out = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  private byte[] key(String day) {
    if (!day.equals(keyDay)) {
      byte[] derived = hmac(("AWS4" + secretKey).getBytes(UTF_8), day);
      key = hmac(hmac(hmac(derived, "us-east-1"), "s3"), "aws4_request");
      keyDay = day;
    }
    return key;
  }

  private byte[] hmac(byte[] secret, String text) {
    try {
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a head, leaves what came behind it in the buffer, and returns the body's length.
   *
   * @param status how it begins
   */
  private int readHead(int status) throws IOException {
    headLength = 0;
    while (true) {
      while (in.hasRemaining()) {
        head[headLength++] = in.get();
        if (headLength > 4 && head[headLength - 1] == '\n' && head[headLength - 3] == '\n') {
          return lengthIn(status);
        }
      }
      in.clear();
      if (channel.read(in) < 0) {
        throw new EOFException();
      }
      in.flip();
    }
  }

  private int lengthIn(int status) throws IOException {
    String text = new String(head, 0, headLength, ISO_8859_1);
    if (!text.startsWith("HTTP/1.1 " + status)) {
      throw new IOException("Unexpected answer: " + text);
    }
    int at = text.indexOf("\r\nContent-Length: ");
    return at < 0 ? 0 : Integer.parseInt(text.substring(at + 18, text.indexOf("\r\n", at + 18)));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
