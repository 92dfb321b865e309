package io.s3dlio.storage.s3;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists by pages of ListObjectsV2. Keys that end with a slash, as consoles make them for folders,
 * are left out.
 */
final class SdkListing implements ObjectListing {
  private final S3Client client;
  private final Location prefix;
  private final ListOptions options;
  private Iterator<S3Object> page = Collections.emptyIterator();
  private @Nullable String continuation;
  private boolean started;
  private boolean last;
  private @Nullable ObjectInfo next;

  SdkListing(S3Client client, Location prefix, ListOptions options) {
    this.client = client;
    this.prefix = prefix;
    this.options = options;
  }

  @Override
  public boolean hasNext() throws IOException {
    while (next == null) {
      if (page.hasNext()) {
        S3Object object = page.next();
        if (!object.key().endsWith("/")) {
          next =
              new ObjectInfo(
                  prefix.withKey(object.key()),
                  object.size(),
                  // A HEAD tells no more than seconds, and an object has one time.
                  object.lastModified().truncatedTo(ChronoUnit.SECONDS),
                  S3Store.unquoted(object.eTag()));
        }
      } else if (last) {
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
    ListObjectsV2Request.Builder request =
        ListObjectsV2Request.builder().bucket(prefix.container()).prefix(prefix.key());
    if (!options.recursive()) {
      request.delimiter("/");
    }
    if (started) {
      request.continuationToken(continuation);
    } else if (!options.startAfter().isEmpty()) {
      request.startAfter(options.startAfter());
    }
    try {
      ListObjectsV2Response answer = client.listObjectsV2(request.build());
      started = true;
      page = answer.contents().iterator();
      continuation = answer.nextContinuationToken();
      last = continuation == null;
    } catch (SdkException e) {
      throw SdkErrors.of("list", prefix, e);
    }
  }

  @Override
  public void close() {
    page = Collections.emptyIterator();
    next = null;
    last = true;
  }
}
