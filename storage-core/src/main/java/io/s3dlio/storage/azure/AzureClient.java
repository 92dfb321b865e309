package io.s3dlio.storage.azure;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.BatchDelete;
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
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Sends requests of Blob Storage: addressed and signed. Thread-safe. */
final class AzureClient extends CloudClient {
  /** The version of the REST API that is spoken. */
  static final String VERSION = "2023-11-03";

  /** What deletes an object together with its snapshots. */
  static final List<String> WITH_SNAPSHOTS = List.of("x-ms-delete-snapshots", "include");

  private static final String NOBODY =
      "Set accountAccessKey, sasToken, secretConnectionString or anonymous=true, or give the Azure SDK's chain"
          + " an identity to find";

  private static final DateTimeFormatter HTTP_TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final AzureAddressing addressing;
  private final Authorization authorization;
  private final ClockSkew clock = new ClockSkew(Clock.systemUTC());

  /** Puts into requests who asks. */
  interface Authorization {
    /**
     * Adds header fields to those of a request.
     *
     * @param path encoded
     * @param query encoded
     * @param length of the body
     * @return the query to send
     */
    String authorize(String method, String path, String query, List<String> fields, long length)
        throws IOException;

    /**
     * Looks for something newer than what was refused; returns whether there is.
     *
     * @param refused the request's field Authorization; empty if it had none
     */
    default boolean refresh(String refused) throws IOException {
      return false;
    }
  }

  private record Prepared(Endpoint endpoint, HttpRequest request) implements Call {
    @Override
    public String server() {
      return endpoint.toString();
    }
  }

  AzureClient(
      HttpTransport transport,
      AzureAddressing addressing,
      Authorization authorization,
      AzureConfig config) {
    super(
        transport,
        List.of(addressing.endpoint().toString()),
        config.client().maxConnections(),
        config.client().maxAttempts());
    this.addressing = addressing;
    this.authorization = authorization;
  }

  @Override
  protected Call call(CloudRequest request, int endpoint) throws IOException {
    String path;
    try {
      path = addressing.path(request.location(), request.key());
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          Failure.of(request.operation(), request.location(), String.valueOf(e.getMessage())), e);
    }
    return new Prepared(addressing.endpoint(), prepare(request, path));
  }

  /** Deletes objects of one container in one request. */
  BatchDelete.Told deleteBatch(List<Location> some) throws IOException {
    Location first = some.get(0);
    AzureBatch batch = new AzureBatch();
    for (Location each : some) {
      String path = addressing.path(each, each.key());
      List<String> fields = new ArrayList<>(WITH_SNAPSHOTS);
      fields.add("x-ms-date");
      fields.add(HTTP_TIME.format(clock.now()));
      String query = authorize("delete", each, "DELETE", path, "", fields, 0);
      batch.add("DELETE", query.isEmpty() ? path : path + '?' + query, fields);
    }
    List<String> fields = List.of("Content-Type", batch.contentType());
    CloudRequest request =
        new CloudRequest(
            "delete",
            first,
            "POST",
            "",
            "restype=container&comp=batch",
            fields,
            List.of(ByteBuffer.wrap(batch.bytes())));
    return retrying(request, answer -> AzureBatch.told(answer, some));
  }

  private HttpRequest prepare(CloudRequest request, String path) throws IOException {
    List<String> fields = new ArrayList<>(request.fields());
    fields.add("x-ms-version");
    fields.add(VERSION);
    fields.add("x-ms-date");
    fields.add(HTTP_TIME.format(clock.now()));
    long length = request.body().stream().mapToLong(ByteBuffer::remaining).sum();
    String query =
        authorize(
            request.operation(),
            request.location(),
            request.method(),
            path,
            request.query(),
            fields,
            length);
    String target = query.isEmpty() ? path : path + '?' + query;
    return new HttpRequest(
        request.method(), target, HttpHeaders.of(fields.toArray(String[]::new)), request.body());
  }

  private String authorize(
      String operation,
      Location location,
      String method,
      String path,
      String query,
      List<String> fields,
      long length)
      throws IOException {
    try {
      return authorization.authorize(method, path, query, fields, length);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new AccessDeniedException(
          Failure.of(operation, location, String.valueOf(e.getMessage())).withRemedy(NOBODY), e);
    }
  }

  @Override
  protected Meaning meaning(CloudRequest request, HttpResponse answer, String where) {
    return AzureFailures.of(request.operation(), request.location(), answer, where);
  }

  @Override
  protected boolean mend(CloudRequest request, Call call, Remedy remedy, HttpResponse answer)
      throws IOException {
    return switch (remedy) {
      case NONE, CHANGE_REGION -> false;
      case REPEAT_ONCE -> true;
      case REFRESH_CREDENTIALS ->
          authorization.refresh(call.request().headers().first("Authorization").orElse(""));
      case CORRECT_CLOCK -> {
        Optional<Instant> time = answer.headers().first("Date").flatMap(CloudClient::time);
        yield time.isPresent() && clock.correct(time.get());
      }
    };
  }
}
