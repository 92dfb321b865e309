package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What a {@link StorageException} says. Never holds a credential.
 *
 * @param operation the verb: {@code read}, {@code put}, {@code list}, ...
 * @param location what it was done to
 * @param reason why it failed, with the numbers
 * @param remedy what the user can do; empty if nothing sensible can be said
 * @param attempts how often it was tried
 * @param status the HTTP status, or 0
 * @param requestId the server's name for the request, or empty
 */
public record Failure(
    String operation,
    Location location,
    String reason,
    String remedy,
    int attempts,
    int status,
    String requestId)
    implements Serializable {
  public Failure {
    requireNonNull(operation, "operation is null");
    requireNonNull(location, "location is null");
    requireNonNull(reason, "reason is null");
    requireNonNull(remedy, "remedy is null");
    requireNonNull(requestId, "requestId is null");
  }

  public static Failure of(String operation, Location location, String reason) {
    return new Failure(operation, location, reason, "", 1, 0, "");
  }

  public Failure withRemedy(String text) {
    return new Failure(operation, location, reason, text, attempts, status, requestId);
  }

  public Failure withAttempts(int count) {
    return new Failure(operation, location, reason, remedy, count, status, requestId);
  }

  String message() {
    StringBuilder text =
        new StringBuilder("Cannot %s %s: %s".formatted(operation, location, reason));
    if (attempts > 1) {
      text.append(" (after ").append(attempts).append(" attempts)");
    }
    if (status != 0) {
      text.append(" [status ").append(status);
      text.append(requestId.isEmpty() ? "]" : ", request " + requestId + "]");
    }
    if (!remedy.isEmpty()) {
      text.append(". ").append(remedy);
    }
    return text.toString();
  }
}
