package io.s3dlio.storage.s3;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * Keys that sign requests. {@link #toString} shows none of them.
 *
 * @param sessionToken of temporary keys; empty for lasting ones
 */
public record S3Credentials(String accessKeyId, String secretAccessKey, String sessionToken)
    implements Serializable {
  public S3Credentials {
    requireNonNull(accessKeyId, "accessKeyId is null");
    requireNonNull(secretAccessKey, "secretAccessKey is null");
    requireNonNull(sessionToken, "sessionToken is null");
    if (accessKeyId.isBlank() || secretAccessKey.isBlank()) {
      throw new IllegalArgumentException(
          "Invalid credentials: the access key or the secret key is empty");
    }
  }

  @Override
  public String toString() {
    return "S3Credentials[redacted]";
  }
}
