package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.cloud.EndpointSet.Outcome;
import io.s3dlio.storage.transport.TransportException;
import io.s3dlio.storage.transport.TransportException.Kind;
import java.io.IOException;
import java.util.Set;

/** What goes wrong with requests, whatever the service. */
public final class CloudFailures {
  private static final Set<Integer> SERVER_TROUBLE = Set.of(500, 502, 504);
  private static final int MAX_WORDS = 400;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private CloudFailures() {}

  /**
   * Returns the failure of a request that got no whole answer.
   *
   * @param where is added to what is known: how other servers do
   */
  static StorageException of(
      String operation, Location location, TransportException broken, String where) {
    Failure failure =
        Failure.of(operation, location, broken.what() + where).withRemedy(broken.remedy());
    return broken.kind() == Kind.TIMEOUT
        ? new StorageTimeoutException(failure, broken)
        : new UnavailableException(failure, broken);
  }

  /** Returns the failure of an answer that cannot be read, as one that was cut off. */
  static StorageException unreadable(CloudRequest request, IOException reason) {
    return new UnavailableException(
        Failure.of(
            request.operation(), request.location(), told(String.valueOf(reason.getMessage()))),
        reason);
  }

  /** Returns what a status says of the server itself. */
  static Outcome outcome(int status) {
    if (isThrottled(status)) {
      return Outcome.THROTTLED;
    }
    return SERVER_TROUBLE.contains(status) ? Outcome.FAILED : Outcome.ANSWERED;
  }

  /** Returns whether a server that answers so wants fewer requests. */
  public static boolean isThrottled(int status) {
    return status == TOO_MANY_REQUESTS || status == UNAVAILABLE;
  }

  /** Returns whether it is the container that is not there, as all servers tell it. */
  public static boolean isContainerMissing(StorageException failure) {
    String reason = failure.failure().reason();
    return reason.startsWith("NoSuchBucket") || reason.startsWith("ContainerNotFound");
  }

  /** Returns a server's words as a message can hold them: of one line, and not endless. */
  public static String told(String words) {
    int end = Math.min(words.length(), MAX_WORDS);
    StringBuilder told = new StringBuilder(end);
    words
        .codePoints()
        .limit(end)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(told::appendCodePoint);
    return told.toString();
  }
}
