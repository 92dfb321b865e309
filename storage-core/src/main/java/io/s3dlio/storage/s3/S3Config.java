package io.s3dlio.storage.s3;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.VerifyRead;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a store of S3 is reached. {@link #toString} shows no key.
 *
 * @param endpoints the servers, as {@code http://host:port}, which share the requests; empty for
 *     {@code AWS_ENDPOINT_URL_S3}, {@code AWS_ENDPOINT_URL}, or AWS's own
 * @param region null for {@code AWS_REGION}, {@code AWS_DEFAULT_REGION}, the profile's, or
 *     us-east-1, from where AWS tells of another
 * @param pathStyle whether the bucket stands in the path; null for the host's name at AWS and the
 *     path elsewhere
 * @param credentials null for what the AWS SDK's default chain finds
 * @param anonymous whether requests go unsigned
 * @param checksum what uploads are checked by
 * @param verifyRead what reads are checked by, beyond their length and version
 * @param verify what is looked at once an object is written
 * @param payloadSigning whether signatures cover what is uploaded
 * @param client how the servers are treated; its {@code caBundle} is null for {@code
 *     AWS_CA_BUNDLE}, or the platform's
 * @param sseKmsKeyId the key of AWS KMS that new objects are encrypted with
 * @param sse how new objects are encrypted: AES256, aws:kms or aws:kms:dsse; null for the bucket's
 *     default
 * @param storageClass of new objects; null for the bucket's default
 * @param requesterPays whether the requester pays, as some buckets demand
 * @param dualStack whether AWS's endpoints with IPv6 are used
 * @param fips whether AWS's endpoints with FIPS cryptography are used
 * @param tags of new objects, as {@code key=value&key2=value2}, encoded as in a URL; null for none
 * @param acl the canned ACL of new objects; null for the bucket's default
 * @param role assumed with the credentials; null to use those themselves
 * @param versionId the version of its objects that is read, where only one object is; null for the
 *     newest. Nothing is listed and nothing written then
 * @param transport whose connections carry the requests
 */
public record S3Config(
    List<URI> endpoints,
    @Nullable String region,
    @Nullable Boolean pathStyle,
    @Nullable S3Credentials credentials,
    boolean anonymous,
    UploadChecksum checksum,
    VerifyRead verifyRead,
    Verify verify,
    PayloadSigning payloadSigning,
    ClientConfig client,
    @Nullable String sseKmsKeyId,
    @Nullable String sse,
    @Nullable String storageClass,
    boolean requesterPays,
    boolean dualStack,
    boolean fips,
    @Nullable String tags,
    @Nullable String acl,
    @Nullable Role role,
    @Nullable String versionId,
    Transport transport)
    implements Serializable {
  private static final Set<String> SSE = Set.of("AES256", "aws:kms", "aws:kms:dsse");
  private static final Set<String> ACLS =
      Set.of(
          "private",
          "public-read",
          "public-read-write",
          "authenticated-read",
          "aws-exec-read",
          "bucket-owner-read",
          "bucket-owner-full-control");
  private static final Pattern VERSION_ID = Pattern.compile("\\p{Graph}{1,1024}");
  private static final Pattern TAGS = Pattern.compile("[^=&\\s]+=[^=&\\s]*(&[^=&\\s]+=[^=&\\s]*)*");

  /** Everything from the environment, or by default; after what its constructor needs. */
  public static final S3Config DEFAULT = builder().build();

  /** As "Amazon S3 multipart upload limits" tell: 10,000 parts and 5 TiB. */
  PartPlan parts() {
    return new PartPlan(client.partSize(), client.partsInFlight(), 10_000, 5L << 40);
  }

  /** Whose connections carry the requests. */
  public enum Transport {
    /** Ours: bytes move between the socket and the caller's buffer. */
    OWN,
    /** The AWS SDK's, with every feature of the SDK and at its cost. */
    SDK
  }

  /**
   * A role of AWS STS. {@link #toString} shows its name alone.
   *
   * @param externalId what the role's owner demands; null for nothing
   * @param sessionName names the session in AWS's logs
   */
  public record Role(String arn, @Nullable String externalId, String sessionName)
      implements Serializable {
    public Role {
      if (!arn.startsWith("arn:")) {
        throw new IllegalArgumentException(
            "Invalid role: '%s' (write its ARN, arn:aws:iam::account:role/name)".formatted(arn));
      }
      requireNonNull(sessionName, "sessionName is null");
    }

    @Override
    public String toString() {
      return "Role[" + arn + "]";
    }
  }

  /** What is looked at once an object is written. */
  public enum Verify {
    /** The answer alone. */
    NONE,
    /** The object: its size, its ETag, and its CRC32C where both sides know it. */
    HEAD
  }

  /** Whether signatures cover what is uploaded. */
  public enum PayloadSigning {
    /** Where TLS does not protect it. */
    AUTO,
    ALWAYS,
    NEVER
  }

  public S3Config {
    endpoints = List.copyOf(endpoints);
    requireNonNull(checksum, "checksum is null");
    requireNonNull(verifyRead, "verifyRead is null");
    requireNonNull(verify, "verify is null");
    requireNonNull(payloadSigning, "payloadSigning is null");
    requireNonNull(transport, "transport is null");
    requireNonNull(client, "client is null");
    if (checksum == UploadChecksum.CRC64) {
      throw new IllegalArgumentException(
          "Invalid checksum: crc64 (s3:// has crc32c, md5 and none)");
    }
    if (anonymous && (credentials != null || role != null)) {
      throw new IllegalArgumentException(
          "Invalid configuration: both %s and anonymous are given"
              .formatted(credentials != null ? "keys" : "a role"));
    }
    requireOneOf("sse", sse, SSE);
    requireOneOf("acl", acl, ACLS);
    if (tags != null && !TAGS.matcher(tags).matches()) {
      throw new IllegalArgumentException(
          "Invalid tags: '%s' (write key=value&key2=value2, encoded as in a URL)".formatted(tags));
    }
    if (sseKmsKeyId != null && (sse == null || !sse.startsWith("aws:kms"))) {
      throw new IllegalArgumentException(
          "Invalid configuration: sseKmsKeyId is given, but sse is not aws:kms");
    }
    if (versionId != null && !VERSION_ID.matcher(versionId).matches()) {
      throw new IllegalArgumentException(
          "Invalid versionId: '%s' (write it as the server told it)".formatted(versionId));
    }
  }

  private static void requireOneOf(String name, @Nullable String value, Set<String> known) {
    if (value != null && !known.contains(value)) {
      throw new IllegalArgumentException(
          "Invalid %s: '%s' (one of %s)"
              .formatted(name, value, String.join(", ", new TreeSet<>(known))));
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that begins with these values. */
  public Builder toBuilder() {
    return new Builder()
        .endpoints(endpoints)
        .region(region)
        .pathStyle(pathStyle)
        .credentials(credentials)
        .anonymous(anonymous)
        .checksum(checksum)
        .verifyRead(verifyRead)
        .verify(verify)
        .payloadSigning(payloadSigning)
        .client(client)
        .sseKmsKeyId(sseKmsKeyId)
        .sse(sse)
        .storageClass(storageClass)
        .requesterPays(requesterPays)
        .dualStack(dualStack)
        .fips(fips)
        .tags(tags)
        .acl(acl)
        .role(role)
        .versionId(versionId)
        .transport(transport);
  }

  /** Collects values; what is not set has its default. Not thread-safe. */
  public static final class Builder {
    private List<URI> endpoints = List.of();
    private @Nullable String region;
    private @Nullable Boolean pathStyle;
    private @Nullable S3Credentials credentials;
    private boolean anonymous;
    private UploadChecksum checksum = UploadChecksum.CRC32C;
    private VerifyRead verifyRead = VerifyRead.NONE;
    private Verify verify = Verify.NONE;
    private PayloadSigning payloadSigning = PayloadSigning.AUTO;
    private ClientConfig client = ClientConfig.DEFAULT;
    private @Nullable String sseKmsKeyId;
    private @Nullable String sse;
    private @Nullable String storageClass;
    private boolean requesterPays;
    private boolean dualStack;
    private boolean fips;
    private @Nullable String tags;
    private @Nullable String acl;
    private @Nullable Role role;
    private @Nullable String versionId;
    private Transport transport = Transport.OWN;

    private Builder() {}

    public Builder endpoint(@Nullable URI value) {
      return endpoints(value == null ? List.of() : List.of(value));
    }

    /** Sets several servers of one cluster, each of which has every bucket. */
    public Builder endpoints(List<URI> value) {
      endpoints = value;
      return this;
    }

    public Builder region(@Nullable String value) {
      region = value;
      return this;
    }

    public Builder pathStyle(@Nullable Boolean value) {
      pathStyle = value;
      return this;
    }

    public Builder credentials(@Nullable S3Credentials value) {
      credentials = value;
      return this;
    }

    public Builder anonymous(boolean value) {
      anonymous = value;
      return this;
    }

    public Builder checksum(UploadChecksum value) {
      checksum = value;
      return this;
    }

    public Builder verifyRead(VerifyRead value) {
      verifyRead = value;
      return this;
    }

    public Builder verify(Verify value) {
      verify = value;
      return this;
    }

    public Builder payloadSigning(PayloadSigning value) {
      payloadSigning = value;
      return this;
    }

    public Builder client(ClientConfig value) {
      client = value;
      return this;
    }

    public Builder maxConnections(int value) {
      client = client.withMaxConnections(value);
      return this;
    }

    public Builder partSize(int value) {
      client = client.withPartSize(value);
      return this;
    }

    public Builder partsInFlight(int value) {
      client = client.withPartsInFlight(value);
      return this;
    }

    public Builder maxAttempts(int value) {
      client = client.withMaxAttempts(value);
      return this;
    }

    public Builder connectTimeout(Duration value) {
      client = client.withConnectTimeout(value);
      return this;
    }

    public Builder firstByteTimeout(Duration value) {
      client = client.withFirstByteTimeout(value);
      return this;
    }

    public Builder stallTimeout(Duration value) {
      client = client.withStallTimeout(value);
      return this;
    }

    public Builder requestTimeout(Duration value) {
      client = client.withRequestTimeout(value);
      return this;
    }

    public Builder caBundle(@Nullable String value) {
      client = client.withCaBundle(value);
      return this;
    }

    public Builder sseKmsKeyId(@Nullable String value) {
      sseKmsKeyId = value;
      return this;
    }

    public Builder sse(@Nullable String value) {
      sse = value;
      return this;
    }

    public Builder storageClass(@Nullable String value) {
      storageClass = value;
      return this;
    }

    public Builder requesterPays(boolean value) {
      requesterPays = value;
      return this;
    }

    public Builder dualStack(boolean value) {
      dualStack = value;
      return this;
    }

    public Builder fips(boolean value) {
      fips = value;
      return this;
    }

    public Builder tags(@Nullable String value) {
      tags = value;
      return this;
    }

    public Builder acl(@Nullable String value) {
      acl = value;
      return this;
    }

    public Builder role(@Nullable Role value) {
      role = value;
      return this;
    }

    public Builder versionId(@Nullable String value) {
      versionId = value;
      return this;
    }

    public Builder transport(Transport value) {
      transport = value;
      return this;
    }

    /**
     * Returns the configuration.
     *
     * @throws IllegalArgumentException if a value is out of its bounds, or two exclude each other
     */
    public S3Config build() {
      return new S3Config(
          endpoints,
          region,
          pathStyle,
          credentials,
          anonymous,
          checksum,
          verifyRead,
          verify,
          payloadSigning,
          client,
          sseKmsKeyId,
          sse,
          storageClass,
          requesterPays,
          dualStack,
          fips,
          tags,
          acl,
          role,
          versionId,
          transport);
    }
  }
}
