package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.EndpointSet.Outcome;
import io.s3dlio.storage.range.RetryPolicy;
import io.s3dlio.storage.transport.Endpoint;
import io.s3dlio.storage.transport.HeadCheck;
import io.s3dlio.storage.transport.HttpRequest;
import io.s3dlio.storage.transport.HttpResponse;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.TransportException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to a service: within the limit of concurrency of each of its endpoints, tried
 * again within a budget, and with what can be mended mended. Thread-safe.
 */
public abstract class CloudClient {
  /** A page of a listing with 1000 of the longest keys, all of their bytes encoded. */
  private static final int MAX_BODY = 8 << 20;

  private static final int MULTIPLE_CHOICES = 300;
  private static final Logger LOG = LoggerFactory.getLogger(CloudClient.class);

  private final HttpTransport transport;
  private final RetryPolicy retryPolicy;
  private final RetryBudget budget = new RetryBudget();
  private final EndpointSet endpoints;
  private final int endpointCount;

  /** A request as one endpoint gets it. */
  public interface Call {
    Endpoint endpoint();

    HttpRequest request();

    /** Returns the endpoint's name, for people. */
    String server();
  }

  /** An answer and what it answers. */
  private record Answered(Call call, String where, HttpResponse answer) {}

  /**
   * @param servers the names of the endpoints, for people
   * @param maxConnections how many requests each endpoint may have under way
   * @param maxAttempts how often an operation is tried
   */
  protected CloudClient(
      HttpTransport transport, List<String> servers, int maxConnections, int maxAttempts) {
    this.transport = transport;
    this.endpointCount = servers.size();
    this.endpoints = new EndpointSet(servers, maxConnections, System::nanoTime, CloudClient::tell);
    RetryPolicy base = RetryPolicy.DEFAULT;
    this.retryPolicy = new RetryPolicy(maxAttempts, base.base(), base.cap(), base.random());
  }

  /**
   * Addresses and signs a request.
   *
   * @param endpoint counts the servers
   */
  protected abstract Call call(CloudRequest request, int endpoint) throws IOException;

  /**
   * Returns what an unsuccessful answer means.
   *
   * @param where is added to what the server says: which of several it was
   */
  protected abstract Meaning meaning(CloudRequest request, HttpResponse answer, String where);

  /** Returns whether an answer is what the request asked for. */
  protected boolean isSuccess(CloudRequest request, HttpResponse answer) {
    return answer.status() < MULTIPLE_CHOICES;
  }

  /** Does what an answer asks for; returns whether the request may go better now. */
  protected abstract boolean mend(
      CloudRequest request, Call call, Remedy remedy, HttpResponse answer) throws IOException;

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

  /** Begins an operation that may take several attempts. */
  public final Attempts attempts() {
    return new Attempts(retryPolicy, budget, endpoints);
  }

  /** Makes something of an answer. */
  @FunctionalInterface
  public interface Reading<T> {
    T read(HttpResponse answer) throws IOException;
  }

  /** Sends a request until it succeeds or cannot. */
  public final HttpResponse retrying(CloudRequest request) throws IOException {
    return retrying(request, answer -> answer);
  }

  /** Sends a request until it succeeds, with an answer that can be read, or cannot. */
  public final <T> T retrying(CloudRequest request, Reading<T> reading) throws IOException {
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
  public final <T> T once(CloudRequest request, Reading<T> reading, Attempts attempts)
      throws IOException {
    HttpResponse answer = once(request, null, HeadCheck.NONE, attempts);
    try {
      return reading.read(answer);
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw CloudFailures.unreadable(request, e);
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
  public final HttpResponse once(
      CloudRequest request, @Nullable ByteBuffer target, HeadCheck check, Attempts attempts)
      throws IOException {
    Set<Remedy> tried = EnumSet.noneOf(Remedy.class);
    while (true) {
      Answered answered = exchange(request, target, check, attempts);
      HttpResponse answer = answered.answer();
      if (isSuccess(request, answer)) {
        budget.give();
        return answer;
      }
      Meaning meaning = meaning(request, answer, answered.where());
      if (!tried.add(meaning.remedy())
          || !mend(request, answered.call(), meaning.remedy(), answer)) {
        throw meaning.exception();
      }
    }
  }

  /**
   * Returns a read's failure, retryable no more if the store has had its retries: the one who would
   * retry it does not know of the store's budget.
   */
  public static StorageException charged(StorageException failure, Attempts attempts) {
    if (!failure.isRetryable() || attempts.mayBeRetried(failure)) {
      return failure;
    }
    Failure told = failure.failure();
    return new StorageException(
        told.withRemedy("Too many of the store's requests fail to retry each of them"), failure);
  }

  private Answered exchange(
      CloudRequest request, @Nullable ByteBuffer target, HeadCheck check, Attempts attempts)
      throws IOException {
    EndpointSet.Turn turn = begin(request, attempts);
    Call call;
    HttpResponse answer;
    try {
      call = call(request, turn.endpoint());
      answer = transport.exchange(call.endpoint(), call.request(), target, MAX_BODY, check);
    } catch (TransportException e) {
      end(turn, Outcome.FAILED, String.valueOf(e.getMessage()), attempts);
      throw CloudFailures.of(request.operation(), request.location(), e, everyEndpointFails());
    } catch (Throwable e) {
      end(turn, Outcome.ABANDONED, "", attempts);
      throw e;
    }
    Outcome outcome = CloudFailures.outcome(answer.status());
    if (endpointCount == 1 || answer.status() < MULTIPLE_CHOICES) {
      end(turn, outcome, "", attempts);
      return new Answered(call, "", answer);
    }
    String server = call.server();
    end(turn, outcome, server + " answered with status " + answer.status(), attempts);
    return new Answered(call, " (from " + server + ")" + everyEndpointFails(), answer);
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
    String troubles = endpointCount == 1 ? "" : endpoints.troubles();
    return troubles.isEmpty() ? "" : ". Every endpoint fails: " + troubles;
  }

  private EndpointSet.Turn begin(CloudRequest request, Attempts attempts)
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

  /** Reads a time of HTTP's, as in {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  public static Optional<Instant> time(String text) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
