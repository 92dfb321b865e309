package io.s3dlio.storage.cloud;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.util.List;

/**
 * What a write demands of what is there: nothing, that there is no object, or one version of it.
 *
 * @param isFree whether there must be no object
 * @param etag of the version that must be there; empty for any or none
 */
public record WriteCondition(boolean isFree, String etag) {
  private static final int NOT_IMPLEMENTED = 501;
  private static final String AGAIN = "Read it again, and write to what is there now";

  public static WriteCondition of(WriterOptions options) {
    return new WriteCondition(!options.replaceExisting(), options.ifMatch());
  }

  /** Returns whether one version of the object must be there. */
  public boolean isOfVersion() {
    return !etag.isEmpty();
  }

  public boolean isGiven() {
    return isFree || isOfVersion();
  }

  public void addTo(List<String> fields) {
    if (isFree) {
      fields.addAll(List.of("If-None-Match", "*"));
    }
    if (isOfVersion()) {
      fields.addAll(List.of("If-Match", Etags.quoted(etag)));
    }
  }

  /**
   * Looks whether it holds, before the server does: some refuse an upload by discarding it.
   *
   * @throws AlreadyExistsException or {@link ObjectChangedException}, if it does not
   */
  public void requireHolds(ObjectStore store, Location location) throws IOException {
    if (isFree && store.exists(location)) {
      throw new AlreadyExistsException(
          Failure.of("put", location, "it exists")
              .withRemedy("Write below another path, or allow replacing"));
    }
    if (isOfVersion()) {
      String there;
      try {
        there = store.stat(location).etag();
      } catch (NotFoundException e) {
        throw refusal(location, e);
      }
      if (!there.equals(etag)) {
        throw new ObjectChangedException(
            Failure.of(
                    "put",
                    location,
                    "the version with the ETag '%s' was to be replaced, and '%s' is there"
                        .formatted(CloudFailures.told(etag), CloudFailures.told(there)))
                .withRemedy(AGAIN));
      }
    }
  }

  /** Returns whether a failure says that it does not hold. */
  public boolean isRefused(StorageException e) {
    boolean isMissing = e instanceof NotFoundException && !CloudFailures.isContainerMissing(e);
    return (isGiven() && e instanceof ObjectChangedException) || (isOfVersion() && isMissing);
  }

  /**
   * @param refused {@link #isRefused}
   */
  public StorageException refusal(Location location, StorageException refused) {
    Failure failure = refused.failure();
    Failure told =
        new Failure(
            "put",
            location,
            isFree
                ? "it exists"
                : "the version with the ETag '%s' was to be replaced, and %s"
                    .formatted(
                        CloudFailures.told(etag),
                        refused instanceof NotFoundException
                            ? "there is none"
                            : "another is there"),
            isFree ? "Write below another path, or allow replacing" : AGAIN,
            failure.attempts(),
            failure.status(),
            failure.requestId());
    return isFree
        ? new AlreadyExistsException(told, refused)
        : new ObjectChangedException(told, refused);
  }

  /** Returns a failure with what it may have to do with this. */
  public StorageException explained(StorageException failure) {
    return isGiven() && failure.failure().status() == NOT_IMPLEMENTED
        ? new StorageException(
            failure
                .failure()
                .withRemedy(
                    "The server may know no writes with %s: allow replacing whatever is there"
                        .formatted(isFree ? "If-None-Match" : "If-Match")),
            failure)
        : failure;
  }
}
