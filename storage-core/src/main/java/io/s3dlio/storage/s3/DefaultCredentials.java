package io.s3dlio.storage.s3;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Keys from the AWS SDK's default chain: system properties, environment, web identity, profile,
 * container, instance. The chain keeps them, and renews them before they expire.
 */
final class DefaultCredentials implements CredentialsSource {
  private final DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
  private volatile Translated last = new Translated(null, Optional.empty());

  private record Translated(@Nullable AwsCredentials from, Optional<S3Credentials> keys) {}

  @Override
  public Optional<S3Credentials> get() throws IOException {
    AwsCredentials found;
    try {
      found = chain.resolveCredentials();
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

  /** The chain renews by itself: newer keys are those that are not the last ones. */
  @Override
  public boolean refresh() throws IOException {
    Optional<S3Credentials> before = last.keys();
    return !get().equals(before);
  }
}
