package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.ClockSkew;
import io.s3dlio.storage.cloud.CloudClient;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Meaning;
import io.s3dlio.storage.cloud.Remedy;
import io.s3dlio.storage.transport.Endpoint;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpRequest;
import io.s3dlio.storage.transport.HttpResponse;
import io.s3dlio.storage.transport.HttpTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends requests of S3: addressed, signed, and with what can be mended mended (a clock that is off,
 * keys that have expired, a bucket in another region). Thread-safe.
 */
final class S3Client extends CloudClient {
  private final CredentialsSource credentials;
  private final S3Config config;
  private final ClockSkew clock = new ClockSkew(Clock.systemUTC());
  private final List<Place> homes;
  private final Map<String, Place> elsewhere = new ConcurrentHashMap<>();

  /** Where requests go to, and in which region they are signed. */
  private record Place(S3Addressing addressing, SigV4Signer signer) {
    Place(S3Addressing addressing) {
      this(addressing, new SigV4Signer(addressing.region(), "s3"));
    }
  }

  private record Signed(Place from, Endpoint endpoint, HttpRequest request) implements Call {
    @Override
    public String server() {
      return from.addressing().server();
    }
  }

  /**
   * @param addressings one for each endpoint, alike but for the server
   */
  S3Client(
      HttpTransport transport,
      List<S3Addressing> addressings,
      CredentialsSource credentials,
      S3Config config) {
    super(
        transport,
        addressings.stream().map(S3Addressing::server).toList(),
        config.client().maxConnections(),
        config.client().maxAttempts());
    this.homes = addressings.stream().map(Place::new).toList();
    this.credentials = credentials;
    this.config = config;
  }

  /** Returns whether the endpoint is AWS's own. */
  boolean isAws() {
    return homes.get(0).addressing().isAws();
  }

  /** Returns whether the endpoint is Google's. */
  boolean isGoogle() {
    return homes.get(0).addressing().isGoogle();
  }

  @Override
  protected Call call(CloudRequest request, int endpoint) throws IOException {
    Place here = elsewhere.getOrDefault(request.location().container(), homes.get(endpoint));
    S3Addressing.Target to = address(here, request);
    return new Signed(here, to.endpoint(), signed(here, to, request));
  }

  @Override
  protected Meaning meaning(CloudRequest request, HttpResponse answer, String where) {
    return S3Failures.of(request.operation(), request.location(), answer, where);
  }

  private static S3Addressing.Target address(Place here, CloudRequest request)
      throws StorageException {
    try {
      return here.addressing().target(request.location().container(), request.key());
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          Failure.of(request.operation(), request.location(), String.valueOf(e.getMessage())), e);
    }
  }

  private HttpRequest signed(Place here, S3Addressing.Target to, CloudRequest request)
      throws IOException {
    Optional<S3Credentials> keys = credentials.get();
    List<String> fields = request.fields();
    if (keys.isPresent()) {
      fields =
          here.signer()
              .sign(
                  keys.get(),
                  clock.now(),
                  request.method(),
                  to.endpoint().authority(),
                  to.path(),
                  request.query(),
                  fields,
                  payloadHash(to.endpoint().tls(), request.body()));
    }
    String path = request.query().isEmpty() ? to.path() : to.path() + '?' + request.query();
    return new HttpRequest(
        request.method(), path, HttpHeaders.of(fields.toArray(String[]::new)), request.body());
  }

  private String payloadHash(boolean tls, List<ByteBuffer> body) {
    if (body.isEmpty()) {
      return SigV4Signer.EMPTY_PAYLOAD;
    }
    boolean sign =
        switch (config.payloadSigning()) {
          case AUTO -> !tls;
          case ALWAYS -> true;
          case NEVER -> false;
        };
    return sign ? SigV4Signer.hash(body) : SigV4Signer.UNSIGNED_PAYLOAD;
  }

  @Override
  protected boolean mend(CloudRequest request, Call call, Remedy remedy, HttpResponse answer)
      throws IOException {
    return switch (remedy) {
      case NONE -> false;
      case REPEAT_ONCE -> true;
      case REFRESH_CREDENTIALS -> credentials.refresh();
      case CORRECT_CLOCK -> {
        Optional<Instant> time = answer.headers().first("Date").flatMap(CloudClient::time);
        yield time.isPresent() && clock.correct(time.get());
      }
      case CHANGE_REGION ->
          changeRegion(request.location().container(), ((Signed) call).from(), answer);
    };
  }

  /** Only among AWS's own endpoints: no signature goes to a host that an answer names. */
  private boolean changeRegion(String bucket, Place from, HttpResponse answer) {
    String region =
        answer
            .headers()
            .first("x-amz-bucket-region")
            .orElseGet(() -> S3Xml.error(answer.body()).region());
    if (!from.addressing().isAws()
        || !S3Addressing.isRegion(region)
        || region.equals(from.addressing().region())) {
      return false;
    }
    elsewhere.put(bucket, new Place(from.addressing().inRegion(region)));
    return true;
  }
}
