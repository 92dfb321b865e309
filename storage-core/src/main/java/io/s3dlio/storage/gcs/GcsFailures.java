package io.s3dlio.storage.gcs;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.cloud.CloudFailures;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Meaning;
import io.s3dlio.storage.cloud.Remedy;
import io.s3dlio.storage.transport.HttpResponse;
import java.util.Map;
import java.util.Set;

/** What an unsuccessful answer means, by "HTTP status and error codes for JSON". */
final class GcsFailures {
  private static final Set<String> THROTTLED =
      Set.of("rateLimitExceeded", "userRateLimitExceeded", "tooManyRequests");
  private static final Set<Integer> TRANSIENT_STATUS = Set.of(408, 500, 502, 503, 504);
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int GONE = 410;
  private static final int PRECONDITION_FAILED = 412;

  /** The XML API's word, which all our stores begin such a reason with. */
  private static final String NO_BUCKET = "NoSuchBucket";

  private static final String GIVE_CREDENTIALS =
      "Give credentials: run 'gcloud auth application-default login', or set"
          + " GOOGLE_APPLICATION_CREDENTIALS or serviceAccountFile";

  private static final Map<String, String> ADVICE =
      Map.of(
          NO_BUCKET,
          "Create the bucket, or correct its name",
          "required",
          GIVE_CREDENTIALS,
          "authError",
          "Check that the token has not expired, and whose it is",
          "forbidden",
          "Give the identity the role 'Storage Object Viewer', or 'Storage Object User' to"
              + " write",
          "accountDisabled",
          "Enable the account, or its billing",
          "retentionPolicyNotMet",
          "The bucket's retention policy holds it: wait until it ends",
          "objectUnderActiveHold",
          "A hold is on it: release the hold",
          "userProjectMissing",
          "The bucket's requesters pay: set userProject",
          "quotaExceeded",
          "Raise the project's quota");

  private GcsFailures() {}

  /**
   * Returns what an unsuccessful answer means.
   *
   * @param where is added to what the server says: which of several it was
   */
  static Meaning of(CloudRequest request, HttpResponse answer, String where) {
    int status = answer.status();
    GcsJson.ErrorAnswer error = GcsJson.error(answer.body());
    if (GcsRequests.isSession(request) && (status == NOT_FOUND || status == GONE)) {
      return new Meaning(sessionGone(request.location(), status), Remedy.NONE);
    }
    // What is not about an object can only miss the bucket.
    boolean bucketMissing = isBucketMissing(error) || request.key().isEmpty();
    String reason = status == NOT_FOUND && bucketMissing ? NO_BUCKET : error.reason();
    Failure failure =
        failure(
            request.operation(),
            request.location(),
            status,
            reason,
            told(status, reason, error.message()) + where,
            CloudFailures.told(answer.headers().first("X-GUploader-UploadID").orElse("")));
    if (GcsRequests.isSession(request) && isSumWrong(status, error)) {
      return new Meaning(new CorruptException(failure.withRemedy("Write it again")), Remedy.NONE);
    }
    return new Meaning(exception(status, reason, failure), remedy(status, error));
  }

  /** Returns the failure of one of a batch. */
  static StorageException ofDelete(Location location, int status, GcsJson.ErrorAnswer error) {
    String reason = status == NOT_FOUND && isBucketMissing(error) ? NO_BUCKET : error.reason();
    String told = told(status, reason, error.message());
    return exception(status, reason, failure("delete", location, status, reason, told, ""));
  }

  static boolean isBucketMissing(GcsJson.ErrorAnswer error) {
    return error.message().contains("bucket does not exist");
  }

  private static Failure failure(
      String operation, Location location, int status, String reason, String told, String id) {
    String advice =
        reason.isEmpty() && status == UNAUTHORIZED
            ? GIVE_CREDENTIALS
            : ADVICE.getOrDefault(reason, "");
    return new Failure(operation, location, told, advice, 1, status, id);
  }

  private static StorageException exception(int status, String reason, Failure failure) {
    if (THROTTLED.contains(reason) || CloudFailures.isThrottled(status)) {
      return new ThrottledException(failure);
    }
    if (TRANSIENT_STATUS.contains(status)) {
      return new UnavailableException(failure);
    }
    return switch (status) {
      case UNAUTHORIZED, FORBIDDEN -> new AccessDeniedException(failure);
      case NOT_FOUND -> new NotFoundException(failure);
      case PRECONDITION_FAILED -> new ObjectChangedException(failure.withRemedy("List it again"));
      default -> new StorageException(failure);
    };
  }

  private static Remedy remedy(int status, GcsJson.ErrorAnswer error) {
    if (status == UNAUTHORIZED) {
      return Remedy.REFRESH_CREDENTIALS;
    }
    return isSumWrong(status, error) ? Remedy.REPEAT_ONCE : Remedy.NONE;
  }

  private static boolean isSumWrong(int status, GcsJson.ErrorAnswer error) {
    return status == BAD_REQUEST && error.message().contains("doesn't match calculated");
  }

  private static String told(int status, String reason, String message) {
    String words = CloudFailures.told(message.lines().findFirst().orElse(""));
    if (!reason.isEmpty()) {
      return words.isEmpty()
          ? CloudFailures.told(reason)
          : CloudFailures.told(reason) + ": " + words;
    }
    return switch (status) {
      case FORBIDDEN, UNAUTHORIZED -> words.isEmpty() ? "access is denied" : words;
      case NOT_FOUND -> "there is no such object";
      case PRECONDITION_FAILED -> "it was written again since it was listed";
      default ->
          "the server answered with status " + status + (words.isEmpty() ? "" : " (" + words + ")");
    };
  }

  /** What was sent cannot be sent again, for whoever wrote it has it no more. */
  static StorageException sessionGone(Location location, int status) {
    return new StorageException(
        new Failure(
            "put",
            location,
            "the server has forgotten the upload",
            "Write it again: an upload lives for a week, unless somebody ends it",
            1,
            status,
            ""));
  }

  static ObjectChangedException noGeneration(Location location, String etag) {
    return new ObjectChangedException(
        Failure.of(
            "put",
            location,
            "'%s' is no generation of an object".formatted(CloudFailures.told(etag))));
  }

  static CorruptException corrupt(Location location, String kept, String sent) {
    return new CorruptException(
        Failure.of(
                "put",
                location,
                "the server has %s, and %s was sent".formatted(CloudFailures.told(kept), sent))
            .withRemedy("Write it again"));
  }
}
