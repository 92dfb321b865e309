package io.s3dlio.storage.gcs;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.VerifyRead;
import java.io.Serializable;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How Google Cloud Storage is reached. {@link #toString} shows no secret.
 *
 * @param endpoint the server, {@code http://host:port}; null for {@code STORAGE_EMULATOR_HOST}, or
 *     Google's own
 * @param credentials null for the application default credentials at Google's own servers, those of
 *     a private connection included, and for nobody's elsewhere
 * @param userProject the project that is billed for requests, as some buckets demand; null for the
 *     bucket's owner's
 * @param checksum what uploads are checked by
 * @param verifyRead what reads are checked by, beyond their length and version
 * @param client how the server is treated
 */
public record GcsConfig(
    @Nullable URI endpoint,
    @Nullable GcsCredentials credentials,
    @Nullable String userProject,
    UploadChecksum checksum,
    VerifyRead verifyRead,
    ClientConfig client)
    implements Serializable {
  /** Everything from the environment, or by default. */
  public static final GcsConfig DEFAULT =
      new GcsConfig(null, null, null, UploadChecksum.CRC32C, VerifyRead.NONE, ClientConfig.DEFAULT);

  public GcsConfig {
    requireNonNull(checksum, "checksum is null");
    requireNonNull(verifyRead, "verifyRead is null");
    requireNonNull(client, "client is null");
    if (checksum == UploadChecksum.CRC64) {
      throw new IllegalArgumentException(
          "Invalid checksum: crc64 (gs:// has crc32c, md5 and none)");
    }
  }

  public GcsConfig withEndpoint(@Nullable URI value) {
    return new GcsConfig(value, credentials, userProject, checksum, verifyRead, client);
  }

  public GcsConfig withCredentials(@Nullable GcsCredentials value) {
    return new GcsConfig(endpoint, value, userProject, checksum, verifyRead, client);
  }

  public GcsConfig withUserProject(@Nullable String value) {
    return new GcsConfig(endpoint, credentials, value, checksum, verifyRead, client);
  }

  public GcsConfig withChecksum(UploadChecksum value) {
    return new GcsConfig(endpoint, credentials, userProject, value, verifyRead, client);
  }

  public GcsConfig withVerifyRead(VerifyRead value) {
    return new GcsConfig(endpoint, credentials, userProject, checksum, value, client);
  }

  public GcsConfig withClient(ClientConfig value) {
    return new GcsConfig(endpoint, credentials, userProject, checksum, verifyRead, value);
  }
}
