package io.s3dlio.storage.azure;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.cloud.PartPlan;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
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
 * @param maxConnections connections to the server, at most
 * @param partSize bytes of a block, 5 MiB to 1 GiB; those of a very large object grow
 * @param partsInFlight blocks of one object that are held in memory and sent at once, at most
 * @param maxAttempts how often an operation is tried, at most
 * @param connectTimeout to look up, to connect, each
 * @param firstByteTimeout from the end of a request to the first byte of its answer
 * @param stallTimeout how long the bytes of a body may stand still
 * @param requestTimeout for one request
 * @param caBundle a file of certificates (PEM) that are trusted in place of the platform's; null
 *     for the platform's
 */
public record AzureConfig(
    @Nullable String account,
    @Nullable URI endpoint,
    @Nullable AzureCredentials credentials,
    Checksum checksum,
    int maxConnections,
    int partSize,
    int partsInFlight,
    int maxAttempts,
    Duration connectTimeout,
    Duration firstByteTimeout,
    Duration stallTimeout,
    Duration requestTimeout,
    @Nullable String caBundle)
    implements Serializable {
  private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9]{3,24}");
  private static final int MIN_PART = 5 << 20;
  private static final int MAX_PART = 1 << 30;

  /** Everything from the environment, or by default; after what its constructor needs. */
  public static final AzureConfig DEFAULT = builder().build();

  /** What an upload is checked by. */
  public enum Checksum {
    /** The CRC64 of each request, which Azure's own clients use. */
    CRC64,
    /** The MD5 of each request; of an object that is put at once the server keeps it. */
    MD5,
    /** The connection alone. */
    NONE
  }

  public AzureConfig {
    requireNonNull(checksum, "checksum is null");
    requireIn("maxConnections", maxConnections, 1, 10_000);
    requireIn("partSize", partSize, MIN_PART, MAX_PART);
    requireIn("partsInFlight", partsInFlight, 1, 64);
    requireIn("maxAttempts", maxAttempts, 1, 100);
    if (account != null) {
      requireAccount(account);
    }
  }

  /** As "Scalability targets for Blob storage" tell: 50,000 blocks of 4000 MiB. */
  PartPlan parts() {
    return new PartPlan(partSize, partsInFlight, 50_000, 50_000L * (4000L << 20));
  }

  static void requireAccount(String account) {
    if (!ACCOUNT.matcher(account).matches()) {
      throw new IllegalArgumentException(
          "Invalid account: '%s' (3 to 24 lower-case letters and digits)".formatted(account));
    }
  }

  private static void requireIn(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be in [%d, %d])".formatted(name, value, min, max));
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that begins with these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.account = account;
    builder.endpoint = endpoint;
    builder.credentials = credentials;
    builder.checksum = checksum;
    builder.maxConnections = maxConnections;
    builder.partSize = partSize;
    builder.partsInFlight = partsInFlight;
    builder.maxAttempts = maxAttempts;
    builder.connectTimeout = connectTimeout;
    builder.firstByteTimeout = firstByteTimeout;
    builder.stallTimeout = stallTimeout;
    builder.requestTimeout = requestTimeout;
    builder.caBundle = caBundle;
    return builder;
  }

  /** Collects values; what is not set has its default. Not thread-safe. */
  public static final class Builder {
    private @Nullable String account;
    private @Nullable URI endpoint;
    private @Nullable AzureCredentials credentials;
    private Checksum checksum = Checksum.CRC64;
    private int maxConnections = 128;
    private int partSize = 8 << 20;
    private int partsInFlight = 4;
    private int maxAttempts = 5;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration firstByteTimeout = Duration.ofSeconds(30);
    private Duration stallTimeout = Duration.ofSeconds(30);
    private Duration requestTimeout = Duration.ofMinutes(10);
    private @Nullable String caBundle;

    private Builder() {}

    public Builder account(@Nullable String value) {
      account = value;
      return this;
    }

    public Builder endpoint(@Nullable URI value) {
      endpoint = value;
      return this;
    }

    public Builder credentials(@Nullable AzureCredentials value) {
      credentials = value;
      return this;
    }

    public Builder checksum(Checksum value) {
      checksum = value;
      return this;
    }

    public Builder maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    public Builder partSize(int value) {
      partSize = value;
      return this;
    }

    public Builder partsInFlight(int value) {
      partsInFlight = value;
      return this;
    }

    public Builder maxAttempts(int value) {
      maxAttempts = value;
      return this;
    }

    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    public Builder firstByteTimeout(Duration value) {
      firstByteTimeout = value;
      return this;
    }

    public Builder stallTimeout(Duration value) {
      stallTimeout = value;
      return this;
    }

    public Builder requestTimeout(Duration value) {
      requestTimeout = value;
      return this;
    }

    public Builder caBundle(@Nullable String value) {
      caBundle = value;
      return this;
    }

    public AzureConfig build() {
      return new AzureConfig(
          account,
          endpoint,
          credentials,
          checksum,
          maxConnections,
          partSize,
          partsInFlight,
          maxAttempts,
          connectTimeout,
          firstByteTimeout,
          stallTimeout,
          requestTimeout,
          caBundle);
    }
  }
}
