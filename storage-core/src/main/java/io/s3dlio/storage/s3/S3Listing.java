package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Lists by pages of ListObjectsV2. Keys that end with a slash, as consoles make them for folders,
 * are left out.
 */
final class S3Listing implements ObjectListing {
  private final S3Client client;
  private final S3Fields fields;
  private final Location prefix;
  private final ListOptions options;
  private Iterator<S3Xml.Listed> page = Collections.emptyIterator();
  private String continuation = "";
  private boolean started;
  private @Nullable ObjectInfo next;

  S3Listing(S3Client client, S3Fields fields, Location prefix, ListOptions options) {
    this.client = client;
    this.fields = fields;
    this.prefix = prefix;
    this.options = options;
  }

  @Override
  public boolean hasNext() throws IOException {
    while (next == null) {
      if (page.hasNext()) {
        S3Xml.Listed object = page.next();
        if (!object.key().endsWith("/")) {
          next =
              new ObjectInfo(
                  prefix.withKey(object.key()),
                  object.length(),
                  // A HEAD tells no more than seconds, and an object has one time.
                  object.lastModified().truncatedTo(ChronoUnit.SECONDS),
                  object.etag());
        }
      } else if (started && continuation.isEmpty()) {
        return false;
      } else {
        fetch();
      }
    }
    return true;
  }

  @Override
  public ObjectInfo next() throws IOException {
    if (!hasNext()) {
      throw new NoSuchElementException("The listing of %s has ended".formatted(prefix));
    }
    ObjectInfo result = next;
    next = null;
    if (result == null) {
      throw new IllegalStateException("A listing is for one thread");
    }
    return result;
  }

  private void fetch() throws IOException {
    S3Request request = new S3Request("list", prefix, "GET", "", query(), fields.any(), List.of());
    S3Xml.Page answer = client.retrying(request, response -> S3Xml.page(response.body()));
    if (started && answer.continuation().equals(continuation) && !continuation.isEmpty()) {
      throw new StorageException(
          Failure.of("list", prefix, "the server's next page is the same again"));
    }
    started = true;
    page = answer.objects().iterator();
    continuation = answer.continuation();
  }

  /** Its parameters stand in the order of their names, for the signature. */
  private String query() {
    StringBuilder query = new StringBuilder(128);
    if (!continuation.isEmpty()) {
      query.append("continuation-token=").append(UriText.parameter(continuation)).append('&');
    }
    if (!options.recursive()) {
      query.append("delimiter=%2F&");
    }
    query.append("encoding-type=url&list-type=2&prefix=").append(UriText.parameter(prefix.key()));
    if (!options.startAfter().isEmpty() && continuation.isEmpty()) {
      query.append("&start-after=").append(UriText.parameter(options.startAfter()));
    }
    return query.toString();
  }

  @Override
  public void close() {
    page = Collections.emptyIterator();
    next = null;
    started = true;
    continuation = "";
  }
}
