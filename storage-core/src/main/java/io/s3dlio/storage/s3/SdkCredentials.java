package io.s3dlio.storage.s3;

import io.s3dlio.storage.s3.S3Config.Role;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Keys from a provider of the AWS SDK's, which keeps them and renews them before they expire. */
final class SdkCredentials implements CredentialsSource {
  private final AwsCredentialsProvider provider;
  private volatile Translated last = new Translated(null, Optional.empty());

  SdkCredentials(AwsCredentialsProvider provider) {
    this.provider = provider;
  }

  /**
   * Returns the provider that a configuration asks for: its own keys or the SDK's default chain
   * (system properties, environment, web identity, profile, container, instance), and its role if
   * it has one.
   *
   * @param region where the role is asked for
   */
  static AwsCredentialsProvider provider(S3Config config, String region) {
    if (config.anonymous()) {
      return AnonymousCredentialsProvider.create();
    }
    S3Credentials keys = config.credentials();
    AwsCredentialsProvider base =
        keys == null
            ? DefaultCredentialsProvider.builder().build()
            : StaticCredentialsProvider.create(of(keys));
    Role role = config.role();
    return role == null ? base : assumed(role, base, region);
  }

  private static AwsCredentials of(S3Credentials keys) {
    return keys.sessionToken().isEmpty()
        ? AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())
        : AwsSessionCredentials.create(
            keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken());
  }

  private static AwsCredentialsProvider assumed(
      Role role, AwsCredentialsProvider base, String region) {
    StsClient sts = StsClient.builder().credentialsProvider(base).region(Region.of(region)).build();
    return new Assumed(
        StsAssumeRoleCredentialsProvider.builder()
            .stsClient(sts)
            .refreshRequest(
                assume ->
                    assume
                        .roleArn(role.arn())
                        .roleSessionName(role.sessionName())
                        .externalId(role.externalId()))
            .build(),
        sts);
  }

  /** A role's keys and the client that asks for them, which the provider would not close. */
  private record Assumed(StsAssumeRoleCredentialsProvider provider, StsClient sts)
      implements AwsCredentialsProvider, SdkAutoCloseable {
    @Override
    public AwsCredentials resolveCredentials() {
      return provider.resolveCredentials();
    }

    @Override
    public void close() {
      provider.close();
      sts.close();
    }
  }

  @Override
  public void close() {
    if (provider instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }

  private record Translated(@Nullable AwsCredentials from, Optional<S3Credentials> keys) {}

  @Override
  public Optional<S3Credentials> get() throws IOException {
    AwsCredentials found;
    try {
      found = provider.resolveCredentials();
    } catch (SdkException e) {
      throw new IOException(
          "Cannot find credentials for S3: "
              + e.getMessage()
              + " (set accessKeyId and secretAccessKey, or anonymous=true, or give the AWS SDK's"
              + " chain something to find)",
          e);
    }
    Translated known = last;
    if (known.from() != found) {
      String token = found instanceof AwsSessionCredentials session ? session.sessionToken() : "";
      known =
          new Translated(
              found,
              Optional.of(new S3Credentials(found.accessKeyId(), found.secretAccessKey(), token)));
      last = known;
    }
    return known.keys();
  }

  /** The provider renews by itself: newer keys are those that are not the last ones. */
  @Override
  public boolean refresh() throws IOException {
    Optional<S3Credentials> before = last.keys();
    return !get().equals(before);
  }
}
