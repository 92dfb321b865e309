package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.UnfinishedWrites.Ownership;
import io.s3dlio.storage.s3.S3Xml.Upload;
import io.s3dlio.storage.s3.S3Xml.Uploads;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The uploads of a bucket that were begun and not ended, by ListMultipartUploads. */
final class S3Uploads {
  private final S3Client client;
  private final S3Fields fields;

  S3Uploads(S3Client client, S3Fields fields) {
    this.client = client;
    this.fields = fields;
  }

  /**
   * Aborts the uploads below the prefix that began since a time of this machine's clock and whose
   * keys are the caller's own.
   */
  long abort(Location prefix, Instant startedAt, Ownership ownership) throws IOException {
    Set<Upload> begun = new LinkedHashSet<>();
    collect(prefix, prefix.key(), startedAt, begun);
    if (!client.isAws()) {
      // MinIO lists uploads by a whole key or with no prefix, and nothing for any other.
      collect(prefix, "", startedAt, begun);
    }
    Set<Location> keys =
        begun.stream().map(upload -> prefix.withKey(upload.key())).collect(Collectors.toSet());
    Set<Location> own = keys.isEmpty() ? keys : ownership.own(keys);
    long aborted = 0;
    for (Upload upload : begun) {
      Location location = prefix.withKey(upload.key());
      if (own.contains(location)
          && MultipartUpload.abort(client, fields, location, upload.uploadId())) {
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
      S3Request request = request(prefix, asked, page);
      page =
          client.retrying(
              request,
              answer -> {
                Uploads uploads = S3Xml.uploads(answer.body());
                Instant since = byServersClock(startedAt, sent, answer);
                uploads.uploads().stream()
                    .filter(upload -> upload.key().startsWith(prefix.key()))
                    .filter(upload -> !upload.initiated().isBefore(since))
                    .forEach(begun::add);
                return uploads;
              });
    } while (!page.nextKey().isEmpty());
  }

  /** Times of HTTP are whole seconds, so the result may be a second early. */
  private static Instant byServersClock(Instant time, Instant sent, HttpResponse answer) {
    return answer
        .headers()
        .first("Date")
        .flatMap(S3Client::time)
        .map(date -> time.plus(Duration.between(sent, date)))
        .orElse(time)
        .truncatedTo(ChronoUnit.SECONDS)
        .minusSeconds(1);
  }

  private S3Request request(Location prefix, String asked, Uploads after) {
    StringBuilder query = new StringBuilder("encoding-type=url");
    if (!after.nextKey().isEmpty()) {
      query.append("&key-marker=").append(UriText.parameter(after.nextKey()));
    }
    query.append("&prefix=").append(UriText.parameter(asked));
    if (!after.nextUploadId().isEmpty()) {
      query.append("&upload-id-marker=").append(UriText.parameter(after.nextUploadId()));
    }
    query.append("&uploads=");
    return new S3Request(
        "list uploads of", prefix, "GET", "", query.toString(), fields.any(), List.of());
  }
}
