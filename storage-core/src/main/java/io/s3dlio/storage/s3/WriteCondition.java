package io.s3dlio.storage.s3;

import static io.s3dlio.storage.s3.S3Fields.add;

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
record WriteCondition(boolean isFree, String etag) {
  private static final int NOT_IMPLEMENTED = 501;
  private static final String AGAIN = "Read it again, and write to what is there now";

  static WriteCondition of(WriterOptions options) {
    return new WriteCondition(!options.replaceExisting(), options.ifMatch());
  }

  /** Returns whether one version of the object must be there. */
  boolean isOfVersion() {
    return !etag.isEmpty();
  }

  boolean isGiven() {
    return isFree || isOfVersion();
  }

  void addTo(List<String> fields) {
    if (isFree) {
      add(fields, "If-None-Match", "*");
    }
    if (isOfVersion()) {
      add(fields, "If-Match", S3Store.quoted(etag));
    }
  }

  /**
   * Looks whether it holds, before the server does: some refuse an upload by discarding it.
   *
   * @throws AlreadyExistsException or {@link ObjectChangedException}, if it does not
   */
  void requireHolds(ObjectStore store, Location location) throws IOException {
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
                        .formatted(S3Failures.told(etag), S3Failures.told(there)))
                .withRemedy(AGAIN));
      }
    }
  }

  /** Returns whether a failure says that it does not hold. */
  boolean isRefused(StorageException e) {
    boolean isMissing =
        e instanceof NotFoundException && !e.failure().reason().startsWith("NoSuchBucket");
    return (isGiven() && e instanceof ObjectChangedException) || (isOfVersion() && isMissing);
  }

  /**
   * @param refused {@link #isRefused}
   */
  StorageException refusal(Location location, StorageException refused) {
    Failure failure = refused.failure();
    Failure told =
        new Failure(
            "put",
            location,
            isFree
                ? "it exists"
                : "the version with the ETag '%s' was to be replaced, and %s"
                    .formatted(
                        S3Failures.told(etag),
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
  StorageException explained(StorageException failure) {
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
