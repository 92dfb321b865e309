package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a
 * Single Chunk" in the API reference of Amazon S3.
 */
class SigV4SignerTest {
  private static final S3Credentials KEYS =
      new S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "");
  private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");
  private static final String HOST = "examplebucket.s3.amazonaws.com";

  private final SigV4Signer signer = new SigV4Signer("us-east-1", "s3");

  @Test
  void getObject() {
    assertThat(
            authorization(
                "GET", "/test.txt", "", List.of("Range", "bytes=0-9"), SigV4Signer.EMPTY_PAYLOAD))
        .contains("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,")
        .contains("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,")
        .endsWith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  }

  @Test
  void putObject() {
    ByteBuffer body = ByteBuffer.wrap("Welcome to Amazon S3.".getBytes(US_ASCII));
    assertThat(
            authorization(
                "PUT",
                "/test%24file.text",
                "",
                List.of(
                    "Date",
                    "Fri, 24 May 2013 00:00:00 GMT",
                    "x-amz-storage-class",
                    "REDUCED_REDUNDANCY"),
                SigV4Signer.hash(List.of(body))))
        .endsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    assertThat(body.remaining()).isEqualTo(21);
  }

  @Test
  void getBucketLifecycle() {
    assertThat(authorization("GET", "/", "lifecycle=", List.of(), SigV4Signer.EMPTY_PAYLOAD))
        .endsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  }

  @Test
  void listObjects() {
    assertThat(
            authorization("GET", "/", "max-keys=2&prefix=J", List.of(), SigV4Signer.EMPTY_PAYLOAD))
        .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  }

  /** As "Create a canonical request" of the IAM user guide says of values. */
  @Test
  void blanksInAndAroundValuesCountAsOneAndNone() {
    String plain = signature("a b  c", "  trimmed ");

    assertThat(signature(" a   b c ", "trimmed")).isEqualTo(plain);
    assertThat(signature("a\tb c", "trimmed")).isEqualTo(plain);
    assertThat(signature("ab c", "trimmed")).isNotEqualTo(plain);
  }

  private String signature(String one, String other) {
    return authorization(
        "PUT",
        "/",
        "",
        List.of("x-amz-meta-one", one, "x-amz-meta-other", other),
        SigV4Signer.UNSIGNED_PAYLOAD);
  }

  @Test
  void keysThatChangeAreUsedAtOnce() {
    String first = authorization("GET", "/", "a=", List.of(), SigV4Signer.UNSIGNED_PAYLOAD);
    S3Credentials other = new S3Credentials("AKIAIOSFODNN7EXAMPLE", "another", "");

    List<String> signed =
        signer.sign(other, TIME, "GET", HOST, "/", "a=", List.of(), SigV4Signer.UNSIGNED_PAYLOAD);

    assertThat(signed.get(signed.size() - 1)).isNotEqualTo(first);
    assertThat(authorization("GET", "/", "a=", List.of(), SigV4Signer.UNSIGNED_PAYLOAD))
        .isEqualTo(first);
  }

  @Test
  void theTokenOfTemporaryKeysIsSentAndSigned() {
    S3Credentials temporary = new S3Credentials("id", "secret", "token");

    List<String> signed =
        signer.sign(temporary, TIME, "GET", HOST, "/", "", List.of(), SigV4Signer.UNSIGNED_PAYLOAD);

    assertThat(signed).containsSequence("x-amz-security-token", "token");
    assertThat(signed.get(signed.size() - 1)).contains("x-amz-date;x-amz-security-token,");
    assertThat(temporary.toString()).doesNotContain("secret").doesNotContain("token");
  }

  private String authorization(
      String method, String path, String query, List<String> fields, String hash) {
    List<String> signed = signer.sign(KEYS, TIME, method, HOST, path, query, fields, hash);
    assertThat(signed.get(signed.size() - 2)).isEqualTo("Authorization");
    return signed.get(signed.size() - 1);
  }
}
