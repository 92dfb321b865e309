package io.s3dlio.storage.azure;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.Serializable;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How Azure Blob Storage is reached. {@link #toString} shows no secret.
 *
 * @param account the storage account; null for {@code AZURE_STORAGE_ACCOUNT}, or that of a
 *     connection string
 * @param endpoint the server, {@code http://host:port/account} for emulators and private clouds;
 *     null for the account's own at Azure
 * @param credentials null for {@code AZURE_STORAGE_CONNECTION_STRING}, {@code AZURE_STORAGE_KEY} or
 *     {@code AZURE_STORAGE_SAS_TOKEN}, else what the Azure SDK's default chain finds
 * @param checksum what uploads are checked by
 * @param client how the server is treated
 */
public record AzureConfig(
    @Nullable String account,
    @Nullable URI endpoint,
    @Nullable AzureCredentials credentials,
    UploadChecksum checksum,
    ClientConfig client)
    implements Serializable {
  private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9]{3,24}");

  private static final int MAX_BLOCKS = 50_000;
  private static final long MAX_OBJECT = PartPlan.bytes(MAX_BLOCKS, 5 << 20);

  /** Everything from the environment, or by default. */
  public static final AzureConfig DEFAULT =
      new AzureConfig(null, null, null, UploadChecksum.CRC64, ClientConfig.DEFAULT);

  public AzureConfig {
    requireNonNull(checksum, "checksum is null");
    requireNonNull(client, "client is null");
    if (checksum == UploadChecksum.CRC32C) {
      throw new IllegalArgumentException(
          "Invalid checksum: crc32c (az:// has crc64, md5 and none)");
    }
    if (account != null) {
      requireAccount(account);
    }
    if (endpoint != null && (endpoint.getRawQuery() != null || endpoint.getRawUserInfo() != null)) {
      // It would be shown, with the signature that it may hold.
      throw new IllegalArgumentException(
          "Invalid endpoint (it has a query or user info: give a signature as sasToken)");
    }
  }

  /**
   * As many blocks as "Scalability targets for Blob storage" tell, whatever size they begin with.
   */
  PartPlan parts() {
    return new PartPlan(client.partSize(), client.partsInFlight(), MAX_BLOCKS, MAX_OBJECT);
  }

  static void requireAccount(String account) {
    if (!ACCOUNT.matcher(account).matches()) {
      throw new IllegalArgumentException(
          "Invalid account: '%s' (3 to 24 lower-case letters and digits)".formatted(account));
    }
  }

  public AzureConfig withAccount(@Nullable String value) {
    return new AzureConfig(value, endpoint, credentials, checksum, client);
  }

  public AzureConfig withEndpoint(@Nullable URI value) {
    return new AzureConfig(account, value, credentials, checksum, client);
  }

  public AzureConfig withCredentials(@Nullable AzureCredentials value) {
    return new AzureConfig(account, endpoint, value, checksum, client);
  }

  public AzureConfig withChecksum(UploadChecksum value) {
    return new AzureConfig(account, endpoint, credentials, value, client);
  }

  public AzureConfig withClient(ClientConfig value) {
    return new AzureConfig(account, endpoint, credentials, checksum, value);
  }

  /**
   * Returns how the account of a container is reached.
   *
   * @param container as in a location: {@code name}, {@code name@account}, or {@code
   *     name@account.blob.core.cloud}
   * @throws IllegalArgumentException if this is of another account
   */
  public AzureConfig of(String container) {
    int at = container.indexOf('@');
    if (at < 0) {
      return this;
    }
    String host = container.substring(at + 1);
    int dot = host.indexOf('.');
    String named = dot < 0 ? host : host.substring(0, dot);
    if (account != null && !account.equals(named)) {
      throw new IllegalArgumentException(
          "Invalid configuration: the account is %s, and the location names %s"
              .formatted(account, named));
    }
    AzureConfig own = withAccount(named);
    return dot < 0 || endpoint != null ? own : own.withEndpoint(URI.create("https://" + host));
  }
}
