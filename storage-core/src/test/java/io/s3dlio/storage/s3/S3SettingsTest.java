package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.transport.HttpStub;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Settings reach the requests that they concern, and no others. */
class S3SettingsTest extends ScriptedS3 {
  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void settingsTravelWithTheRequestsThatTheyConcern(S3Config.Transport transport)
      throws IOException {
    ObjectStore store =
        open(
            (n, head) -> body(200, "", TIMES + "ETag: \"e\"\r\n"),
            config ->
                config
                    .transport(transport)
                    .tags("team=vision&cost=a%20b")
                    .acl("bucket-owner-full-control")
                    .sse("aws:kms")
                    .sseKmsKeyId("key-1")
                    .storageClass("STANDARD_IA")
                    .requesterPays(true));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
    store.delete(OBJECT);

    assertThat(heads.get(0).contains("User-Agent: aws-sdk-java/"))
        .isEqualTo(transport == S3Config.Transport.SDK);
    String last = heads.get(heads.size() - 1);
    assertThat(heads.get(0))
        .contains("x-amz-tagging: team=vision&cost=a%20b\r\n")
        .contains("x-amz-acl: bucket-owner-full-control\r\n")
        .contains("x-amz-server-side-encryption: aws:kms\r\n")
        .contains("x-amz-server-side-encryption-aws-kms-key-id: key-1\r\n")
        .contains("x-amz-storage-class: STANDARD_IA\r\n")
        .contains("x-amz-request-payer: requester\r\n")
        .contains("/eu-test-1/s3/aws4_request");
    assertThat(last)
        .startsWith("DELETE ")
        .contains("x-amz-request-payer: requester\r\n")
        .doesNotContain("x-amz-storage-class")
        .doesNotContain("x-amz-tagging");
  }

  @Test
  void sumsAndSignaturesOfContentAreAsTheSettingsSay() throws IOException {
    record Case(
        UploadChecksum checksum, S3Config.PayloadSigning signing, String has, String lacks) {}
    String crc = "x-amz-checksum-crc32c: ";
    String unsigned = "x-amz-content-sha256: UNSIGNED-PAYLOAD";
    for (Case each :
        List.of(
            new Case(UploadChecksum.CRC32C, S3Config.PayloadSigning.AUTO, crc, unsigned),
            new Case(UploadChecksum.CRC32C, S3Config.PayloadSigning.ALWAYS, crc, unsigned),
            new Case(UploadChecksum.CRC32C, S3Config.PayloadSigning.NEVER, unsigned, "MD5"),
            new Case(UploadChecksum.MD5, S3Config.PayloadSigning.AUTO, "Content-MD5: ", crc),
            new Case(UploadChecksum.NONE, S3Config.PayloadSigning.NEVER, unsigned, crc))) {
      ObjectStore store =
          open(
              (n, head) -> body(200, "", TIMES),
              config -> config.checksum(each.checksum()).payloadSigning(each.signing()));
      store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
      assertThat(heads.get(heads.size() - 1)).contains(each.has()).doesNotContain(each.lacks());
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aRoleIsAssumedWithTheKeysAndItsOwnSignRequests(S3Config.Transport transport)
      throws IOException {
    String answer =
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLEKEY</AccessKeyId>"
            + "<SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token"
            + "</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
            + "</AssumeRoleResult></AssumeRoleResponse>";
    HttpStub sts =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              return body(200, answer, "Content-Type: text/xml\r\n");
            });
    servers.add(sts);
    System.setProperty("aws.endpointUrlSts", sts.endpoint().toString());
    try {
      ObjectStore store =
          open(
              (n, head) -> head(1, "e", ""),
              config ->
                  config
                      .transport(transport)
                      .role(
                          new S3Config.Role(
                              "arn:aws:iam::123456789012:role/reader", "ext", "run-7")));
      store.stat(OBJECT);
      store.stat(OBJECT);
    } finally {
      System.clearProperty("aws.endpointUrlSts");
    }

    assertThat(heads.get(0)).startsWith("POST / ").contains("Credential=id/");
    assertThat(heads).as("the role is asked for once").hasSize(3);
    assertThat(heads.get(2))
        .contains("Credential=ROLEKEY/")
        .containsIgnoringCase("x-amz-security-token: role-token");
  }

  @Test
  void whatTheSdkCannotDoIsRefused() {
    for (UnaryOperator<S3Config.Builder> unable :
        List.<UnaryOperator<S3Config.Builder>>of(
            config -> config.checksum(UploadChecksum.MD5),
            config -> config.endpoints(List.of(URI.create("http://a"), URI.create("http://b"))),
            config -> config.payloadSigning(S3Config.PayloadSigning.NEVER),
            config -> config.payloadSigning(S3Config.PayloadSigning.ALWAYS),
            config -> config.firstByteTimeout(Duration.ofSeconds(1)),
            config -> config.stallTimeout(Duration.ofSeconds(1)))) {
      S3Config config = unable.apply(S3Config.builder().transport(S3Config.Transport.SDK)).build();
      assertThatThrownBy(() -> S3Stores.open(config)).hasMessageContaining("transport=sdk");
    }
    assertThatThrownBy(() -> S3Config.builder().sse("SSE-C").build())
        .hasMessageContaining("Invalid sse: 'SSE-C' (one of AES256, aws:kms, aws:kms:dsse)");
    assertThatThrownBy(() -> S3Config.builder().acl("mine").build())
        .hasMessageContaining("bucket-owner-full-control");
    assertThatThrownBy(() -> S3Config.builder().tags("a").build())
        .hasMessageContaining("Invalid tags");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anonymousRequestsAreNotSigned(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open(
            (n, head) -> body(200, "", TIMES),
            config -> config.transport(transport).credentials(null).anonymous(true));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

    assertThat(heads.get(0)).doesNotContain("Authorization").doesNotContain("x-amz-date");
  }

  @Test
  void theSdkSendsTheSumThatTheSettingsSay() throws IOException {
    for (UploadChecksum checksum : List.of(UploadChecksum.CRC32C, UploadChecksum.NONE)) {
      heads.clear();
      ObjectStore store =
          open(
              (n, head) ->
                  head.startsWith("HEAD")
                      ? head(7, "e", "")
                      : body(200, "", TIMES + "ETag: \"e\"\r\n"),
              config -> config.transport(S3Config.Transport.SDK).checksum(checksum));
      store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
      assertThat(heads.get(0).contains("x-amz-checksum-crc32c: "))
          .isEqualTo(checksum == UploadChecksum.CRC32C);
      assertThat(heads.get(0)).doesNotContain("x-amz-checksum-crc32:");
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void settingsTravelWithEachRequestOfAnUploadAndOfARead(S3Config.Transport transport)
      throws IOException {
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("GET")
                    ? range("0-3/10", "e1", "0123", 4)
                    : head.startsWith("HEAD") ? head(6 << 20, "w", "") : uploading(n, head, done),
            config ->
                config
                    .transport(transport)
                    .tags("team=vision")
                    .acl("private")
                    .sse("AES256")
                    .storageClass("STANDARD_IA")
                    .requesterPays(true));

    upload(store);
    store.read(read(0, ByteBuffer.allocateDirect(4)));

    assertThat(heads).allMatch(head -> head.contains("x-amz-request-payer: requester\r\n"));
    for (String setting :
        List.of(
            "x-amz-tagging: team=vision",
            "x-amz-acl: private",
            "x-amz-server-side-encryption: AES256",
            "x-amz-storage-class: STANDARD_IA")) {
      assertThat(heads.get(0)).startsWith("POST ").contains(setting);
      assertThat(heads.subList(1, heads.size())).noneMatch(head -> head.contains(setting));
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aVersionIsAskedForByItsId(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("GET") ? range("0-3/10", "e1", "0123", 4) : head(10, "e1", ""),
            config -> config.transport(transport).versionId("v/1+2"));

    store.read(read(0, ByteBuffer.allocateDirect(4)));
    store.stat(OBJECT);

    assertThat(heads).hasSize(2).allMatch(head -> head.contains("?versionId=v%2F1%2B2 "));
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aVersionThatIsNoneIsToldByItsOption(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open((n, head) -> body(400, "", ""), config -> config.transport(transport).versionId("v1"));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessageContaining("status 400")
        .hasMessageContaining("Check versionId");
  }
}
