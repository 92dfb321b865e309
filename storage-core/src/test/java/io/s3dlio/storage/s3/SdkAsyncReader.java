package io.s3dlio.storage.s3;

import io.s3dlio.storage.ReadRequest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpService;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.utils.AttributeMap;

/** Reads by the AWS SDK's asynchronous client, straight into the target. */
final class SdkAsyncReader {
  private final S3AsyncClient client;

  private SdkAsyncReader(S3AsyncClient client) {
    this.client = client;
  }

  /** Returns one over the HTTP client that is on the class path, if any is. */
  static Optional<SdkAsyncReader> open(URI endpoint, S3Credentials keys, int connections) {
    AttributeMap settings =
        AttributeMap.builder()
            .put(SdkHttpConfigurationOption.MAX_CONNECTIONS, connections)
            .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
            .build();
    return ServiceLoader.load(SdkAsyncHttpService.class)
        .findFirst()
        .map(
            http ->
                new SdkAsyncReader(
                    S3AsyncClient.builder()
                        .httpClient(http.createAsyncHttpClientFactory().buildWithDefaults(settings))
                        .endpointOverride(endpoint)
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .credentialsProvider(
                            StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                    keys.accessKeyId(), keys.secretAccessKey())))
                        .build()));
  }

  void read(ReadRequest request) {
    long end = request.offset() + request.target().remaining();
    client
        .getObject(
            get ->
                get.bucket(request.location().container())
                    .key(request.location().key())
                    .range("bytes=%d-%d".formatted(request.offset(), end - 1)),
            new Into(request.target()))
        .join();
    if (request.target().hasRemaining()) {
      throw new IllegalStateException("The answer was short");
    }
  }

  /** Puts what comes into a buffer. */
  private static final class Into implements AsyncResponseTransformer<GetObjectResponse, Void> {
    private final ByteBuffer target;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Into(ByteBuffer target) {
      this.target = target;
    }

    @Override
    public CompletableFuture<Void> prepare() {
      return done;
    }

    @Override
    public void onResponse(GetObjectResponse response) {}

    @Override
    public void onStream(SdkPublisher<ByteBuffer> body) {
      body.subscribe(target::put)
          .whenComplete(
              (nothing, failure) -> {
                if (failure == null) {
                  done.complete(null);
                } else {
                  done.completeExceptionally(failure);
                }
              });
    }

    @Override
    public void exceptionOccurred(Throwable failure) {
      done.completeExceptionally(failure);
    }
  }
}
