package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.CloudClient;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Meaning;
import io.s3dlio.storage.cloud.Remedy;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.transport.Endpoint;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpRequest;
import io.s3dlio.storage.transport.HttpResponse;
import io.s3dlio.storage.transport.HttpTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Sends requests of Google Cloud Storage's JSON API. Thread-safe. */
final class GcsClient extends CloudClient {
  /** A session's "Resume Incomplete". */
  static final int RESUME = 308;

  private final GcsAddressing addressing;
  private final Authorization authorization;
  private final String userProject;

  private record Prepared(Endpoint endpoint, HttpRequest request) implements Call {
    @Override
    public String server() {
      return endpoint.toString();
    }
  }

  GcsClient(
      HttpTransport transport,
      GcsAddressing addressing,
      Authorization authorization,
      GcsConfig config) {
    super(
        transport,
        List.of(addressing.endpoint().toString()),
        config.client().maxConnections(),
        config.client().maxAttempts());
    this.addressing = addressing;
    this.authorization = authorization;
    this.userProject =
        config.userProject() == null
            ? ""
            : "userProject=" + UriText.parameter(config.userProject());
  }

  @Override
  protected Call call(CloudRequest request, int endpoint) throws IOException {
    String path;
    try {
      path = addressing.path(request);
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          Failure.of(request.operation(), request.location(), String.valueOf(e.getMessage())), e);
    }
    List<String> fields = new ArrayList<>(request.fields());
    authorization.addTo(fields, request);
    // A session knows who pays for it; a batch says so in each of its requests.
    String query =
        GcsRequests.isSession(request) || GcsRequests.isBatch(request)
            ? request.query()
            : billed(request.query());
    return new Prepared(
        addressing.endpoint(),
        new HttpRequest(
            request.method(),
            query.isEmpty() ? path : path + '?' + query,
            HttpHeaders.of(fields.toArray(String[]::new)),
            request.body()));
  }

  /** Returns a query that names who is billed, if that is not the bucket's owner. */
  String billed(String query) {
    return query.isEmpty() || userProject.isEmpty()
        ? query + userProject
        : query + '&' + userProject;
  }

  @Override
  protected boolean isSuccess(CloudRequest request, HttpResponse answer) {
    return super.isSuccess(request, answer)
        || (answer.status() == RESUME && GcsRequests.isSession(request));
  }

  @Override
  protected Meaning meaning(CloudRequest request, HttpResponse answer, String where) {
    return GcsFailures.of(request, answer, where);
  }

  @Override
  protected boolean mend(CloudRequest request, Call call, Remedy remedy, HttpResponse answer)
      throws IOException {
    return switch (remedy) {
      case NONE, CHANGE_REGION, CORRECT_CLOCK -> false;
      case REPEAT_ONCE -> true;
      case REFRESH_CREDENTIALS ->
          authorization.refresh(
              call.request().headers().first(Authorization.FIELD).orElse(""), request);
    };
  }
}
