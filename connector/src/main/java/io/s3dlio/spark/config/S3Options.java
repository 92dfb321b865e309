package io.s3dlio.spark.config;

import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Config.PayloadSigning;
import io.s3dlio.storage.s3.S3Config.Role;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.storage.s3.S3Config.Verify;
import io.s3dlio.storage.s3.S3Credentials;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of {@code s3://}. */
final class S3Options {
  private static final OptionKey<Optional<String>> REGION =
      text(
          "region",
          "name of a region",
          Function.identity(),
          "The region that requests are signed for. Unset: the environment's `AWS_REGION` or"
              + " `AWS_DEFAULT_REGION`, else us-east-1, from where AWS tells of a bucket's own.");

  private static final OptionKey<Optional<Boolean>> PATH_STYLE =
      text(
          "pathStyle",
          "true, false",
          OptionKeys::bool,
          "Whether the bucket stands in the path instead of the host's name. Unset: true for every"
              + " endpoint but AWS's own.");

  private static final OptionKey<Optional<String>> ACCESS_KEY_ID =
      text(
              "accessKeyId",
              "text",
              Function.identity(),
              "The access key. Unset: what the AWS SDK's default chain finds (environment, profile,"
                  + " web identity, container, instance), on each executor by itself.")
          .asSecret();

  private static final OptionKey<Optional<String>> SECRET_ACCESS_KEY =
      text("secretAccessKey", "text", Function.identity(), "The secret of the access key.")
          .asSecret();

  private static final OptionKey<Optional<String>> SESSION_TOKEN =
      text("sessionToken", "text", Function.identity(), "The token of temporary keys.").asSecret();

  private static final OptionKey<Verify> VERIFY =
      OptionKeys.choice(
          "verify",
          Scope.CONNECTION,
          Verify.class,
          Verify.NONE,
          "What is looked at once an object is written: `head` asks the server for it and compares"
              + " its size, its ETag, and its CRC32C where both sides know one.");

  static final OptionKey<Optional<String>> VERSION_ID =
      OptionKeys.optional(
          "versionId",
          Scope.READ,
          "id of a version",
          Function.identity(),
          "The version that is read, of a load that names one object on `s3://`. Unset: the newest.");

  private static final OptionKey<PayloadSigning> PAYLOAD_SIGNING =
      OptionKeys.choice(
          "payloadSigning",
          Scope.CONNECTION,
          PayloadSigning.class,
          PayloadSigning.AUTO,
          "Whether signatures cover what is uploaded: `auto` where TLS does not protect it,"
              + " `always`, or `never`.");

  private static final OptionKey<Optional<String>> SSE =
      text(
          "sse",
          "AES256, aws:kms, aws:kms:dsse",
          Function.identity(),
          "How new objects are encrypted at the server. Unset: as the bucket says.");

  private static final OptionKey<Optional<String>> SSE_KMS_KEY_ID =
      text(
          "sseKmsKeyId",
          "id of a key",
          Function.identity(),
          "The key of AWS KMS that new objects are encrypted with, together with `sse`.");

  private static final OptionKey<Optional<String>> STORAGE_CLASS =
      text(
          "storageClass",
          "name of a storage class",
          Function.identity(),
          "Of new objects. Unset: as the bucket says.");

  private static final OptionKey<Optional<String>> TAGS =
      text(
          "tags",
          "key=value&key2=value2",
          Function.identity(),
          "Of new objects, encoded as in a URL.");

  private static final OptionKey<Optional<String>> ACL =
      text(
          "acl",
          "name of a canned ACL",
          Function.identity(),
          "Of new objects, such as `bucket-owner-full-control`. Unset: as the bucket says.");

  private static final OptionKey<Optional<String>> ROLE_ARN =
      text(
          "assumedRoleArn",
          "ARN of a role",
          Function.identity(),
          "The role that is assumed, by AWS STS in `region`, with the keys given or found.");

  private static final OptionKey<Optional<String>> ROLE_EXTERNAL_ID =
      text(
              "assumedRoleExternalId",
              "text",
              Function.identity(),
              "What the owner of the role demands with `assumedRoleArn`.")
          .asSecret();

  private static final OptionKey<Optional<String>> ROLE_SESSION_NAME =
      text(
          "assumedRoleSessionName",
          "text",
          Function.identity(),
          "What the session of `assumedRoleArn` is called in AWS's logs. Unset: s3dlio.");

  private static final OptionKey<Transport> TRANSPORT =
      OptionKeys.choice(
          "transport",
          Scope.CONNECTION,
          Transport.class,
          Transport.OWN,
          "Whose connections carry the requests: `own`, or `sdk` for the AWS SDK's, which knows"
              + " directory buckets and Outposts, at several times the CPU. `checksum=md5` and"
              + " `payloadSigning` are refused with it.");

  private static final OptionKey<Boolean> REQUESTER_PAYS =
      OptionKeys.flag(
          "requesterPays",
          Scope.CONNECTION,
          false,
          "Whether the requester pays, as some buckets demand.");

  private static final OptionKey<Boolean> DUAL_STACK =
      OptionKeys.flag(
          "dualStack", Scope.CONNECTION, false, "Whether AWS's endpoints with IPv6 are used.");

  private static final OptionKey<Boolean> FIPS =
      OptionKeys.flag(
          "fips",
          Scope.CONNECTION,
          false,
          "Whether AWS's endpoints with FIPS cryptography are used.");

  private static final List<OptionKey<?>> ALL =
      List.of(
          REGION,
          PATH_STYLE,
          ACCESS_KEY_ID,
          SECRET_ACCESS_KEY,
          SESSION_TOKEN,
          VERIFY,
          PAYLOAD_SIGNING,
          SSE,
          SSE_KMS_KEY_ID,
          STORAGE_CLASS,
          TAGS,
          ACL,
          ROLE_ARN,
          ROLE_EXTERNAL_ID,
          ROLE_SESSION_NAME,
          TRANSPORT,
          REQUESTER_PAYS,
          DUAL_STACK,
          FIPS,
          VERSION_ID);

  private static final Set<OptionKey<?>> IDENTITY =
      Set.of(
          StoreOptions.ANONYMOUS,
          ACCESS_KEY_ID,
          SECRET_ACCESS_KEY,
          SESSION_TOKEN,
          ROLE_ARN,
          ROLE_EXTERNAL_ID,
          ROLE_SESSION_NAME);

  private S3Options() {}

  /** Returns the options that say whose the requests are. */
  static Set<OptionKey<?>> identity() {
    return IDENTITY;
  }

  static List<OptionKey<?>> all() {
    return ALL;
  }

  /**
   * Returns what a store of S3 is opened with.
   *
   * @throws IllegalArgumentException if options exclude each other, or one lacks another
   */
  static S3Config config(ResolvedOptions options) {
    return S3Config.builder()
        .endpoints(options.value(StoreOptions.ENDPOINT).orElse(List.of()))
        .client(StoreOptions.client(options))
        .anonymous(options.value(StoreOptions.ANONYMOUS))
        .checksum(options.value(StoreOptions.CHECKSUM).orElse(S3Config.DEFAULT.checksum()))
        .region(options.value(REGION).orElse(null))
        .pathStyle(options.value(PATH_STYLE).orElse(null))
        .credentials(credentials(options).orElse(null))
        .verifyRead(options.value(StoreOptions.VERIFY_READ))
        .verify(options.value(VERIFY))
        .payloadSigning(options.value(PAYLOAD_SIGNING))
        .sse(options.value(SSE).orElse(null))
        .sseKmsKeyId(options.value(SSE_KMS_KEY_ID).orElse(null))
        .storageClass(options.value(STORAGE_CLASS).orElse(null))
        .tags(options.value(TAGS).orElse(null))
        .acl(options.value(ACL).orElse(null))
        .role(role(options))
        .transport(options.value(TRANSPORT))
        .requesterPays(options.value(REQUESTER_PAYS))
        .versionId(options.isOfScope(VERSION_ID) ? options.value(VERSION_ID).orElse(null) : null)
        .dualStack(options.value(DUAL_STACK))
        .fips(options.value(FIPS))
        .build();
  }

  private static Optional<S3Credentials> credentials(ResolvedOptions options) {
    Optional<String> key = options.value(ACCESS_KEY_ID);
    Optional<String> secret = options.value(SECRET_ACCESS_KEY);
    if (key.isPresent() != secret.isPresent()) {
      throw new IllegalArgumentException(
          "Invalid options: accessKeyId and secretAccessKey go together, and one is missing");
    }
    Optional<String> token = options.value(SESSION_TOKEN);
    if (token.isPresent() && key.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid options: sessionToken is given without accessKeyId and secretAccessKey");
    }
    return key.map(id -> new S3Credentials(id, secret.orElseThrow(), token.orElse("")));
  }

  private static @Nullable Role role(ResolvedOptions options) {
    Optional<String> arn = options.value(ROLE_ARN);
    Optional<String> externalId = options.value(ROLE_EXTERNAL_ID);
    Optional<String> session = options.value(ROLE_SESSION_NAME);
    if (arn.isEmpty() && (externalId.isPresent() || session.isPresent())) {
      throw new IllegalArgumentException(
          "Invalid options: %s is given without assumedRoleArn"
              .formatted((session.isPresent() ? ROLE_SESSION_NAME : ROLE_EXTERNAL_ID).name()));
    }
    return arn.isEmpty()
        ? null
        : new Role(arn.get(), externalId.orElse(null), session.orElse("s3dlio"));
  }

  private static <T> OptionKey<Optional<T>> text(
      String name, String type, Function<String, T> parser, String doc) {
    return OptionKeys.optional(name, Scope.CONNECTION, type, parser, doc);
  }
}
