package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.range.RetryPolicy;
import io.s3dlio.storage.s3.EndpointSet.Outcome;
import io.s3dlio.storage.s3.S3Failures.Meaning;
import io.s3dlio.storage.s3.S3Failures.Remedy;
import io.s3dlio.storage.transport.HeadCheck;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpRequest;
import io.s3dlio.storage.transport.HttpResponse;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.TransportException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests of S3: addressed, signed, within the limit of concurrency, and with what can be
 * mended mended (a clock that is off, keys that have expired, a bucket in another region).
 * Thread-safe.
 */
final class S3Client {
  /** A page of a listing with 1000 of the longest keys, all of their bytes encoded. */
  private static final int MAX_BODY = 8 << 20;

  private static final int MULTIPLE_CHOICES = 300;
  private static final Logger LOG = LoggerFactory.getLogger(S3Client.class);

  private final HttpTransport transport;
  private final CredentialsSource credentials;
  private final S3Config config;
  private final RetryPolicy retryPolicy;
  private final ClockSkew clock = new ClockSkew(Clock.systemUTC());
  private final RetryBudget budget = new RetryBudget();
  private final EndpointSet endpoints;
  private final List<Place> homes;
  private final Map<String, Place> elsewhere = new ConcurrentHashMap<>();

  /** Where requests go to, and in which region they are signed. */
  private record Place(S3Addressing addressing, SigV4Signer signer) {
    Place(S3Addressing addressing) {
      this(addressing, new SigV4Signer(addressing.region(), "s3"));
    }
  }

  /** An answer and where it came from. */
  private record Answered(Place from, String where, HttpResponse answer) {}

  /**
   * @param addressings one for each endpoint, alike but for the server
   */
  S3Client(
      HttpTransport transport,
      List<S3Addressing> addressings,
      CredentialsSource credentials,
      S3Config config) {
    this.transport = transport;
    this.homes = addressings.stream().map(Place::new).toList();
    this.credentials = credentials;
    this.config = config;
    this.endpoints =
        new EndpointSet(
            addressings.stream().map(S3Addressing::server).toList(),
            config.maxConnections(),
            System::nanoTime,
            S3Client::tell);
    RetryPolicy base = RetryPolicy.DEFAULT;
    this.retryPolicy =
        new RetryPolicy(config.maxAttempts(), base.base(), base.cap(), base.random());
  }

  private static void tell(String endpoint, boolean isOut, String trouble) {
    if (isOut) {
      LOG.warn(
          "Endpoint {} is left alone for a second or more, for requests to it fail: {}",
          endpoint,
          trouble);
    } else {
      LOG.info("Endpoint {} is well again", endpoint);
    }
  }

  /** Returns whether the endpoint is AWS's own. */
  boolean isAws() {
    return homes.get(0).addressing().isAws();
  }

  /** Begins an operation that may take several attempts. */
  Attempts attempts() {
    return new Attempts(retryPolicy, budget, endpoints);
  }

  /** Makes something of an answer. */
  @FunctionalInterface
  interface Reading<T> {
    T read(HttpResponse answer) throws IOException;
  }

  /** Sends a request until it succeeds or cannot. */
  HttpResponse retrying(S3Request request) throws IOException {
    return retrying(request, answer -> answer);
  }

  /** Sends a request until it succeeds, with an answer that can be read, or cannot. */
  <T> T retrying(S3Request request, Reading<T> reading) throws IOException {
    Attempts attempts = attempts();
    while (true) {
      try {
        return once(request, reading, attempts);
      } catch (StorageException e) {
        attempts.failed(e);
      }
    }
  }

  /** Sends a request once and reads the answer: one that cannot be read may have been cut off. */
  <T> T once(S3Request request, Reading<T> reading, Attempts attempts) throws IOException {
    HttpResponse answer = once(request, null, HeadCheck.NONE, attempts);
    try {
      return reading.read(answer);
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw S3Failures.unreadable(request, e);
    }
  }

  /**
   * Sends a request, and sends it again only after something was mended.
   *
   * @param target takes the body of a success; null to have it in the answer
   * @param attempts those of the operation, which learn at which endpoint this one failed
   * @return a successful answer
   * @throws StorageException if the answer is none
   */
  HttpResponse once(
      S3Request request, @Nullable ByteBuffer target, HeadCheck check, Attempts attempts)
      throws IOException {
    Set<Remedy> tried = EnumSet.noneOf(Remedy.class);
    while (true) {
      Answered answered = exchange(request, target, check, attempts);
      HttpResponse answer = answered.answer();
      if (answer.status() < MULTIPLE_CHOICES) {
        budget.give();
        return answer;
      }
      Meaning meaning =
          S3Failures.of(request.operation(), request.location(), answer, answered.where());
      String bucket = request.location().container();
      if (!tried.add(meaning.remedy())
          || !mend(bucket, answered.from(), meaning.remedy(), answer)) {
        throw meaning.exception();
      }
    }
  }

  /**
   * Returns a read's failure, retryable no more if the store has had its retries: the one who would
   * retry it does not know of the store's budget.
   */
  static StorageException charged(StorageException failure, Attempts attempts) {
    if (!failure.isRetryable() || attempts.mayBeRetried(failure)) {
      return failure;
    }
    Failure told = failure.failure();
    return new StorageException(
        told.withRemedy("Too many of the store's requests fail to retry each of them"), failure);
  }

  private Answered exchange(
      S3Request request, @Nullable ByteBuffer target, HeadCheck check, Attempts attempts)
      throws IOException {
    EndpointSet.Turn turn = begin(request, attempts);
    Place home = homes.get(turn.endpoint());
    Place here = elsewhere.getOrDefault(request.location().container(), home);
    HttpResponse answer;
    try {
      S3Addressing.Target to = address(here, request);
      HttpRequest signed = signed(here, to, request);
      answer = transport.exchange(to.endpoint(), signed, target, MAX_BODY, check);
    } catch (TransportException e) {
      end(turn, Outcome.FAILED, String.valueOf(e.getMessage()), attempts);
      throw S3Failures.of(request.operation(), request.location(), e, everyEndpointFails());
    } catch (Throwable e) {
      end(turn, Outcome.ABANDONED, "", attempts);
      throw e;
    }
    Outcome outcome = S3Failures.outcome(answer.status());
    if (homes.size() == 1 || answer.status() < MULTIPLE_CHOICES) {
      end(turn, outcome, "", attempts);
      return new Answered(here, "", answer);
    }
    String server = here.addressing().server();
    end(turn, outcome, server + " answered with status " + answer.status(), attempts);
    return new Answered(here, " (from " + server + ")" + everyEndpointFails(), answer);
  }

  private void end(EndpointSet.Turn turn, Outcome outcome, String trouble, Attempts attempts) {
    endpoints.end(turn, outcome, trouble);
    outcome.count();
    if (outcome == Outcome.FAILED || outcome == Outcome.THROTTLED) {
      attempts.tried().set(turn.endpoint());
    }
  }

  /** Returns what a failure adds where all of several endpoints fail. */
  private String everyEndpointFails() {
    String troubles = homes.size() == 1 ? "" : endpoints.troubles();
    return troubles.isEmpty() ? "" : ". Every endpoint fails: " + troubles;
  }

  private static S3Addressing.Target address(Place here, S3Request request)
      throws StorageException {
    try {
      return here.addressing().target(request.location().container(), request.key());
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          Failure.of(request.operation(), request.location(), String.valueOf(e.getMessage())), e);
    }
  }

  private EndpointSet.Turn begin(S3Request request, Attempts attempts)
      throws InterruptedIOException {
    try {
      return endpoints.begin(attempts.tried());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException(
              "Cannot %s %s: interrupted".formatted(request.operation(), request.location()));
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private HttpRequest signed(Place here, S3Addressing.Target to, S3Request request)
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

  private boolean mend(String bucket, Place from, Remedy remedy, HttpResponse answer)
      throws IOException {
    return switch (remedy) {
      case NONE -> false;
      case REPEAT_ONCE -> true;
      case REFRESH_CREDENTIALS -> credentials.refresh();
      case CORRECT_CLOCK -> {
        Optional<Instant> time = answer.headers().first("Date").flatMap(S3Client::time);
        yield time.isPresent() && clock.correct(time.get());
      }
      case CHANGE_REGION -> changeRegion(bucket, from, answer);
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

  /** Reads a time of HTTP's, as in {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  static Optional<Instant> time(String text) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
