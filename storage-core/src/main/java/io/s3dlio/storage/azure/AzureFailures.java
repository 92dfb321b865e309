package io.s3dlio.storage.azure;

import static java.util.Map.entry;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.AlreadyExistsException;
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
import io.s3dlio.storage.transport.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an unsuccessful answer means, by "Blob Storage error codes" and "Common REST API error
 * codes" of the REST API reference.
 */
final class AzureFailures {
  private static final Set<String> THROTTLED = Set.of("ServerBusy", "OperationTimedOut");
  private static final Set<String> TRANSIENT =
      Set.of("InternalError", "OperationTimedOut", "ContainerBeingDeleted", "AccountBeingCreated");
  private static final Set<Integer> TRANSIENT_STATUS = Set.of(408, 500, 502, 503, 504);
  private static final String INVALID_BLOCK_LIST = "InvalidBlockList";
  private static final String AUTHENTICATION_FAILED = "AuthenticationFailed";
  private static final String NOT_SUPPORTED = "FeatureNotSupported";
  private static final String NOT_EMPTY = "DirectoryIsNotEmpty";
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private static final Map<String, String> ADVICE =
      Map.ofEntries(
          entry("ContainerNotFound", "Create the container, or correct its name"),
          entry(
              AUTHENTICATION_FAILED,
              "Check the account's name and key, or that the signature has not expired"),
          entry(
              "AuthorizationPermissionMismatch",
              "Give the identity the role 'Storage Blob Data Reader' or '... Contributor'"),
          entry("AuthorizationFailure", "Check the key, and the account's network rules"),
          entry("PublicAccessNotPermitted", "Give credentials: the account serves nobody without"),
          entry("InvalidBlobType", "It is a page or append blob: delete it first"),
          entry("BlobArchived", "It is in the archive tier: rehydrate it first"),
          entry("BlobImmutableDueToPolicy", "A policy keeps it as it is until its time is over"),
          entry(NOT_SUPPORTED, "Older emulators know no CRC64: set checksum to md5 or none"),
          entry(
              INVALID_BLOCK_LIST, "Another wrote it meanwhile, which drops blocks: write it again"),
          entry(
              "InvalidBlobOrBlock",
              "Blocks of another program's upload may be left there: delete it, or write elsewhere"));

  private static final String LEASED =
      "Somebody holds a lease on it: break the lease, or wait for its end";

  /** What a query in a message may hold. */
  private static final Pattern SECRET =
      Pattern.compile("(sig=|Bearer |SharedKey [a-z0-9]*:)[^&\\s\"'<>]+");

  private AzureFailures() {}

  static Meaning of(String operation, Location location, HttpResponse answer, String where) {
    AzureXml.ErrorAnswer error = AzureXml.error(answer.body());
    String code = answer.headers().first("x-ms-error-code").orElse(error.code());
    int status = answer.status();
    Failure failure =
        new Failure(
                operation,
                location,
                reason(status, code, error.message()) + where,
                "",
                1,
                status,
                CloudFailures.told(answer.headers().first("x-ms-request-id").orElse("")))
            .withRemedy(isLeased(code) ? LEASED : ADVICE.getOrDefault(code, ""));
    return new Meaning(exception(status, code, failure), remedy(status, code));
  }

  /** Returns the failure of one of a batch. */
  static StorageException ofDelete(Location location, int status, String code) {
    Failure failure =
        new Failure("delete", location, reason(status, code, ""), "", 1, status, "")
            .withRemedy(isLeased(code) ? LEASED : ADVICE.getOrDefault(code, ""));
    return exception(status, code, failure);
  }

  /**
   * Returns whether a delete failed because there was no object to delete. A missing container is
   * another matter; and a directory of a hierarchical account is no object.
   */
  static boolean isAbsent(StorageException failure) {
    return (failure instanceof NotFoundException && !CloudFailures.isContainerMissing(failure))
        || failure.failure().reason().startsWith(NOT_EMPTY);
  }

  /** Returns whether a request may do better with a newer token, or by another clock. */
  static boolean isUnauthenticated(int status, String code) {
    return status == UNAUTHORIZED || code.equals(AUTHENTICATION_FAILED);
  }

  /** Returns whether blocks are not there that a list names. */
  static boolean lacksBlocks(StorageException failure) {
    return failure.failure().reason().startsWith(INVALID_BLOCK_LIST);
  }

  /** Codes of leases: LeaseIdMissing, LeaseIdMismatchWithBlobOperation, LeaseLost, ... */
  private static boolean isLeased(String code) {
    return code.startsWith("Lease");
  }

  private static StorageException exception(int status, String code, Failure failure) {
    if (THROTTLED.contains(code) || CloudFailures.isThrottled(status)) {
      return new ThrottledException(failure);
    }
    if (code.equals(NOT_SUPPORTED)) {
      // Under a status of 500, but it will not learn it.
      return new StorageException(failure);
    }
    if (TRANSIENT.contains(code) || TRANSIENT_STATUS.contains(status)) {
      return new UnavailableException(failure);
    }
    if (isLeased(code)) {
      return new AccessDeniedException(failure);
    }
    return switch (status) {
      case UNAUTHORIZED, FORBIDDEN -> new AccessDeniedException(failure);
      case NOT_FOUND -> new NotFoundException(failure);
      case PRECONDITION_FAILED -> new ObjectChangedException(failure.withRemedy("List it again"));
      case CONFLICT ->
          code.equals("BlobAlreadyExists")
              ? new AlreadyExistsException(failure)
              : new StorageException(failure);
      default -> new StorageException(failure);
    };
  }

  private static Remedy remedy(int status, String code) {
    if (status == UNAUTHORIZED) {
      return Remedy.REFRESH_CREDENTIALS;
    }
    if (code.equals(AUTHENTICATION_FAILED)) {
      return Remedy.CORRECT_CLOCK;
    }
    return code.equals("Md5Mismatch") || code.equals("Crc64Mismatch")
        ? Remedy.REPEAT_ONCE
        : Remedy.NONE;
  }

  private static String reason(int status, String code, String message) {
    if (code.isEmpty()) {
      return switch (status) {
        case FORBIDDEN -> "access is denied";
        case NOT_FOUND -> "there is no such object";
        case PRECONDITION_FAILED -> "it was written again since it was listed";
        default -> "the server answered with status " + status;
      };
    }
    String told = harmless(code);
    // The message's further lines are the request's id and time.
    String first = message.lines().findFirst().orElse("");
    return first.isEmpty() ? told : told + ": " + harmless(first);
  }

  private static String harmless(String words) {
    return SECRET.matcher(CloudFailures.told(words)).replaceAll("$1...");
  }
}
