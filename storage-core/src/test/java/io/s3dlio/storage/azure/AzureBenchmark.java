package io.s3dlio.storage.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.ParallelTransferOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.bench.BareHttp;
import io.s3dlio.storage.bench.CloudWork;
import io.s3dlio.storage.bench.Trust;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * CPU of a client of Azure, per byte and per request: our store, the Azure SDK and a bare loop,
 * taking turns.
 *
 * <pre>
 * AzureBenchmark http ENDPOINT CONTAINER ROUNDS
 * AzureBenchmark tls  ENDPOINT CONTAINER ROUNDS CA_BUNDLE
 * </pre>
 *
 * The server need not know signatures, nor keep what is written. The container holds what {@link
 * CloudWork} says.
 */
public final class AzureBenchmark extends CloudWork {
  private static final String OURS = "s3dlio";
  private static final String ACCOUNT = "devstoreaccount1";

  private final URI endpoint;
  private final String container;
  private final int rounds;
  private final @Nullable String caBundle;

  private AzureBenchmark(URI endpoint, String container, int rounds, @Nullable String caBundle) {
    super(
        new Location("az", container, ""),
        key -> endpoint.getPath() + "/" + container + "/" + key,
        "PUT",
        key -> endpoint.getPath() + "/" + container + "/" + key,
        server -> new BareHttp(server, "id", "secret", false));
    this.endpoint = endpoint;
    this.container = container;
    this.rounds = rounds;
    this.caBundle = caBundle;
  }

  public static void main(String[] args) throws Exception {
    AzureBenchmark benchmark =
        new AzureBenchmark(
            URI.create(args[1]),
            args[2],
            Integer.parseInt(args[3]),
            args.length > 4 ? args[4] : null);
    switch (args[0]) {
      case "http" -> benchmark.http();
      case "tls" -> benchmark.tls();
      default -> throw new IllegalArgumentException("Say http or tls");
    }
    System.exit(0);
  }

  private void http() throws Exception {
    BlobContainerClient sdk = sdk();
    ObjectStore store = own(UploadChecksum.NONE);
    large("")
        .add("bare", bareLarge(endpoint))
        .add(OURS, large(store::read))
        .add("sdk", large(request -> read(sdk, request)))
        .print(OURS, rounds);
    small()
        .add("bare", bareSmall(endpoint))
        .add(OURS, small(store::read))
        .add("sdk", small(request -> read(sdk, request)))
        .print(OURS, rounds);
    puts("without a sum")
        .add("bare", barePuts(endpoint, false))
        .add(OURS, puts(store))
        .add("sdk", puts(key -> put(sdk, key)))
        .print(OURS, Math.max(1, rounds / 3));
    sums("");
  }

  private void tls() throws Exception {
    BlobContainerClient sdk = sdk();
    ObjectStore store = own(UploadChecksum.NONE);
    large(" over TLS")
        .add(OURS, large(store::read))
        .add("sdk", large(request -> read(sdk, request)))
        .print(OURS, rounds);
    puts("over TLS, without a sum")
        .add(OURS, puts(store))
        .add("sdk", puts(key -> put(sdk, key)))
        .print(OURS, Math.max(1, rounds / 3));
    uploads("over TLS, without a sum")
        .add(OURS, uploads(store))
        .add("sdk", uploads(key -> upload(sdk, key)))
        .print(OURS, Math.max(1, rounds / 3));
    sums(" over TLS");
  }

  private void sums(String how) throws Exception {
    puts("by sum" + how)
        .add("none", puts(own(UploadChecksum.NONE)))
        .add("crc64", puts(own(UploadChecksum.CRC64)))
        .add("md5", puts(own(UploadChecksum.MD5)))
        .print("none", Math.max(1, rounds / 3));
  }

  private ObjectStore own(UploadChecksum checksum) {
    return AzureStores.open(
        AzureConfig.DEFAULT
            .withEndpoint(endpoint)
            .withAccount(ACCOUNT)
            .withCredentials(new AzureCredentials.SharedKey(ScriptedAzure.KEY))
            .withChecksum(checksum)
            .withClient(ClientConfig.DEFAULT.withCaBundle(caBundle)));
  }

  // ---- the SDK

  private BlobContainerClient sdk() throws Exception {
    java.net.http.HttpClient.Builder http = java.net.http.HttpClient.newBuilder();
    if (caBundle != null) {
      http.sslContext(Trust.in(caBundle));
    }
    HttpClient client = new JdkHttpClientBuilder(http).build();
    return new BlobContainerClientBuilder()
        .endpoint(endpoint.toString())
        .credential(new StorageSharedKeyCredential(ACCOUNT, ScriptedAzure.KEY))
        .containerName(container)
        .httpClient(client)
        .buildClient();
  }

  private static void read(BlobContainerClient sdk, ReadRequest request) {
    ByteBuffer target = request.target();
    sdk.getBlobClient(request.location().key())
        .downloadStreamWithResponse(
            new OutputStream() {
              @Override
              public void write(int value) {
                target.put((byte) value);
              }

              @Override
              public void write(byte[] bytes, int offset, int length) {
                target.put(bytes, offset, length);
              }
            },
            new BlobRange(request.offset(), (long) target.remaining()),
            null,
            null,
            false,
            Duration.ofMinutes(5),
            null);
    if (target.hasRemaining()) {
      throw new IllegalStateException(target.remaining() + " bytes are missing");
    }
  }

  private void put(BlobContainerClient sdk, String key) {
    sdk.getBlobClient(key)
        .getBlockBlobClient()
        .uploadWithResponse(
            new BlockBlobSimpleUploadOptions(BinaryData.fromByteBuffer(content.slice(0, PUT))),
            Duration.ofMinutes(5),
            null);
  }

  private void upload(BlobContainerClient sdk, String key) {
    sdk.getBlobClient(key)
        .uploadWithResponse(
            new BlobParallelUploadOptions(BinaryData.fromByteBuffer(content.duplicate()))
                .setParallelTransferOptions(
                    new ParallelTransferOptions()
                        .setBlockSizeLong((long) PUT)
                        .setMaxSingleUploadSizeLong((long) PUT)
                        .setMaxConcurrency(PARTS)),
            Duration.ofMinutes(5),
            null);
  }
}
