package io.s3dlio.storage.s3;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.UnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What failures of the AWS SDK are called here. */
final class SdkErrors {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private SdkErrors() {}

  /** Returns the failure of an operation that was to read or to change what is there. */
  static IOException of(String operation, Location location, SdkException error) {
    return of(operation, location, error, false);
  }

  /** Returns the failure of a write. */
  static IOException ofWrite(Location location, SdkException error, WriteCondition condition) {
    IOException failure = of("put", location, error, condition.isGiven());
    if (!(failure instanceof StorageException storage)) {
      return failure;
    }
    return condition.isRefused(storage) && !(error instanceof NoSuchUploadException)
        ? condition.refusal(location, storage)
        : condition.explained(storage);
  }

  private static IOException of(
      String operation, Location location, SdkException error, boolean conditional) {
    if (error instanceof AbortedException || Thread.currentThread().isInterrupted()) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException(
              "Cannot %s %s: the thread was interrupted".formatted(operation, location));
      interrupted.initCause(error);
      return interrupted;
    }
    int attempts = Math.max(1, error.numAttempts() == null ? 1 : error.numAttempts());
    if (!(error instanceof S3Exception answer)) {
      Failure failure = Failure.of(operation, location, reason(error)).withAttempts(attempts);
      String setting = timeout(error);
      return setting.isEmpty()
          ? new StorageException(failure, error)
          : new StorageTimeoutException(
              failure.withRemedy("Raise %s if that is too short".formatted(setting)), error);
    }
    Failure failure =
        new Failure(
            operation, location, reason(answer), "", attempts, answer.statusCode(), id(answer));
    return switch (answer.statusCode()) {
      case FORBIDDEN -> new AccessDeniedException(failure, answer);
      case NOT_FOUND -> new NotFoundException(failure, answer);
      case PRECONDITION_FAILED ->
          new ObjectChangedException(failure.withRemedy("List it again"), answer);
      case CONFLICT ->
          conditional && "ConditionalRequestConflict".equals(code(answer))
              ? new UnavailableException(failure, answer)
              : new StorageException(failure, answer);
      case TOO_MANY_REQUESTS, UNAVAILABLE -> new ThrottledException(failure, answer);
      default -> new StorageException(failure, answer);
    };
  }

  /** A HEAD's answer has no body, so no code and no message. */
  private static String reason(S3Exception answer) {
    String code = code(answer);
    String message =
        answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorMessage();
    if (code == null || code.isEmpty()) {
      return answer.statusCode() == NOT_FOUND
          ? "there is no such object"
          : "the server answered with status " + answer.statusCode();
    }
    String bounded = S3Failures.told(code);
    return message == null || message.isEmpty()
        ? bounded
        : bounded + ": " + S3Failures.told(message);
  }

  /** Returns the setting that sets the time that has passed; empty if none has. */
  private static String timeout(SdkException error) {
    if (error instanceof ApiCallTimeoutException
        || error instanceof ApiCallAttemptTimeoutException) {
      return "requestTimeout";
    }
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        // The HTTP client's own type for it is a relocated one in the bundle.
        return cause.getClass().getSimpleName().startsWith("Connect")
            ? "connectTimeout"
            : "firstByteTimeout and stallTimeout";
      }
    }
    return "";
  }

  private static String reason(SdkException error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == error || root.getMessage() == null
        ? String.valueOf(error.getMessage())
        : "%s (%s)".formatted(error.getMessage(), root);
  }

  private static @Nullable String code(S3Exception answer) {
    return answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
  }

  private static String id(S3Exception answer) {
    return answer.requestId() == null ? "" : S3Failures.told(answer.requestId());
  }
}
