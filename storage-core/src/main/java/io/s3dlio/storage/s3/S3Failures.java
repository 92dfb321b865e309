package io.s3dlio.storage.s3;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.cloud.CloudFailures;
import io.s3dlio.storage.cloud.Meaning;
import io.s3dlio.storage.cloud.Remedy;
import io.s3dlio.storage.s3.S3Xml.ErrorAnswer;
import io.s3dlio.storage.transport.HttpResponse;
import java.util.Map;
import java.util.Set;

/**
 * What an unsuccessful answer means, by "Error responses" of the API reference of Amazon S3 and by
 * what other servers were seen to say.
 */
final class S3Failures {
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired");
  private static final Set<String> SKEWED = Set.of("RequestTimeTooSkewed", "RequestExpired");
  private static final Set<String> ELSEWHERE =
      Set.of(
          "PermanentRedirect",
          "TemporaryRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException");
  private static final Set<String> THROTTLED =
      Set.of(
          "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "Throttling",
          "ThrottlingException",
          "RequestLimitExceeded",
          "TooManyRequests",
          "BandwidthLimitExceeded");
  private static final Set<String> TRANSIENT =
      Set.of("RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "InternalError");
  private static final Set<Integer> TRANSIENT_STATUS = Set.of(408, 500, 502, 503, 504);
  private static final Set<Integer> REDIRECTS = Set.of(301, 307, 308);
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;

  private static final Map<String, String> ADVICE =
      Map.of(
          "NoSuchBucket", "Create the bucket, or correct its name",
          "InvalidAccessKeyId", "Check the access key and the endpoint",
          "SignatureDoesNotMatch", "Check the secret key, and that no proxy rewrites requests",
          "AccessDenied", "Check what the credentials in use are allowed to do",
          "ExpiredToken", "Renew the session's keys",
          "RequestTimeTooSkewed", "Set this machine's clock",
          "NoSuchUpload", "The upload was ended by somebody else: write again",
          "EntityTooLarge", "Lower partSize",
          "NotImplemented", "Set checksum=none if the server knows no checksums");

  private S3Failures() {}

  /**
   * Returns what an unsuccessful answer means.
   *
   * @param where is added to what the server says: which of several it was
   */
  static Meaning of(String operation, Location location, HttpResponse answer, String where) {
    ErrorAnswer error = S3Xml.error(answer.body());
    int status = answer.status();
    String id =
        error.requestId().isEmpty()
            ? answer.headers().first("x-amz-request-id").orElse("")
            : error.requestId();
    Failure failure =
        new Failure(
                operation,
                location,
                reason(status, error) + where,
                "",
                1,
                status,
                CloudFailures.told(id))
            .withRemedy(advice(status, error.code()));
    return new Meaning(exception(status, error.code(), failure), remedy(status, error.code()));
  }

  /** Returns the failure that a body tells of under a status that says success. */
  static StorageException ofBody(
      String operation, Location location, HttpResponse answer, ErrorAnswer error) {
    Failure failure =
        new Failure(
            operation,
            location,
            reason(answer.status(), error),
            ADVICE.getOrDefault(error.code(), ""),
            1,
            answer.status(),
            CloudFailures.told(error.requestId()));
    int status =
        switch (error.code()) {
          case "PreconditionFailed" -> PRECONDITION_FAILED;
          case "AccessDenied" -> FORBIDDEN;
          default -> answer.status();
        };
    return exception(status, error.code(), failure);
  }

  /** Returns the failure of one key of a batch. */
  static StorageException ofDelete(Location location, S3Xml.FailedDelete failed) {
    Failure failure =
        Failure.of(
            "delete",
            location,
            reason(0, new ErrorAnswer(failed.code(), failed.message(), "", "")));
    return exception(failed.code().equals("AccessDenied") ? FORBIDDEN : 0, failed.code(), failure);
  }

  private static StorageException exception(int status, String code, Failure failure) {
    if (THROTTLED.contains(code) || CloudFailures.isThrottled(status)) {
      return new ThrottledException(failure);
    }
    if (TRANSIENT.contains(code) || TRANSIENT_STATUS.contains(status)) {
      return new UnavailableException(failure);
    }
    if (EXPIRED.contains(code)) {
      return new AccessDeniedException(failure);
    }
    if (code.equals("NoSuchUpload")) {
      return new NoSuchUploadException(failure);
    }
    return switch (status) {
      case FORBIDDEN -> new AccessDeniedException(failure);
      case NOT_FOUND -> new NotFoundException(failure);
      case PRECONDITION_FAILED -> new ObjectChangedException(failure.withRemedy("List it again"));
      default -> new StorageException(failure);
    };
  }

  private static Remedy remedy(int status, String code) {
    if (EXPIRED.contains(code)) {
      return Remedy.REFRESH_CREDENTIALS;
    }
    if (SKEWED.contains(code)) {
      return Remedy.CORRECT_CLOCK;
    }
    if (ELSEWHERE.contains(code) || REDIRECTS.contains(status)) {
      return Remedy.CHANGE_REGION;
    }
    return code.equals("BadDigest") ? Remedy.REPEAT_ONCE : Remedy.NONE;
  }

  private static String advice(int status, String code) {
    return status == FORBIDDEN && code.isEmpty()
        ? "Check the access key, the secret key, and what they are allowed to do"
        : ADVICE.getOrDefault(code, "");
  }

  /** A HEAD's answer has no body, so no code and no message. */
  private static String reason(int status, ErrorAnswer error) {
    if (error.code().isEmpty()) {
      return switch (status) {
        case FORBIDDEN -> "access is denied";
        case NOT_FOUND -> "there is no such object";
        case PRECONDITION_FAILED -> "it was written again since it was listed";
        default -> "the server answered with status " + status;
      };
    }
    String code = CloudFailures.told(error.code());
    return error.message().isEmpty() ? code : code + ": " + CloudFailures.told(error.message());
  }
}
