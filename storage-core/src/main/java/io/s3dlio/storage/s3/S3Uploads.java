package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.UnfinishedWrites.Ownership;
import io.s3dlio.storage.s3.S3Xml.Upload;
import io.s3dlio.storage.s3.S3Xml.Uploads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The uploads of a bucket that were begun and not ended, by ListMultipartUploads. */
final class S3Uploads {
  private final Server server;

  /** A server that is asked. */
  interface Server {
    /** Returns whether it is AWS. */
    boolean isAws();

    /**
     * Returns a page of the uploads whose keys begin with a text.
     *
     * @param after the page before; one without markers for the first
     */
    Told page(Location prefix, String asked, Uploads after) throws IOException;

    /**
     * Discards an upload and its parts.
     *
     * @return false if it was gone already
     */
    boolean abort(Location location, String uploadId) throws IOException;
  }

  /**
   * An answer.
   *
   * @param date when the server gave it, by its own clock; empty if it does not tell
   */
  record Told(Uploads uploads, Optional<Instant> date) {}

  S3Uploads(Server server) {
    this.server = server;
  }

  /**
   * Aborts the uploads below the prefix that began since a time of this machine's clock and whose
   * keys are the caller's own.
   */
  long abort(Location prefix, Instant startedAt, Ownership ownership) throws IOException {
    Set<Upload> begun = new LinkedHashSet<>();
    collect(prefix, prefix.key(), startedAt, begun);
    if (!server.isAws()) {
      // MinIO lists uploads by a whole key or with no prefix, and nothing for any other.
      collect(prefix, "", startedAt, begun);
    }
    Set<Location> keys =
        begun.stream().map(upload -> prefix.withKey(upload.key())).collect(Collectors.toSet());
    Set<Location> own = keys.isEmpty() ? keys : ownership.own(keys);
    long aborted = 0;
    for (Upload upload : begun) {
      Location location = prefix.withKey(upload.key());
      if (own.contains(location) && server.abort(location, upload.uploadId())) {
        aborted++;
      }
    }
    return aborted;
  }

  private void collect(Location prefix, String asked, Instant startedAt, Set<Upload> begun)
      throws IOException {
    Uploads page = new Uploads(List.of(), "", "");
    do {
      Instant sent = Instant.now();
      Told told = server.page(prefix, asked, page);
      page = told.uploads();
      Instant since = byServersClock(startedAt, sent, told);
      page.uploads().stream()
          .filter(upload -> upload.key().startsWith(prefix.key()))
          .filter(upload -> !upload.initiated().isBefore(since))
          .forEach(begun::add);
    } while (!page.nextKey().isEmpty());
  }

  /** Times of HTTP are whole seconds, so the result may be a second early. */
  private static Instant byServersClock(Instant time, Instant sent, Told answer) {
    return answer
        .date()
        .map(date -> time.plus(Duration.between(sent, date)))
        .orElse(time)
        .truncatedTo(ChronoUnit.SECONDS)
        .minusSeconds(1);
  }
}
