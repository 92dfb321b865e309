package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.ListPages.Listed;
import io.s3dlio.storage.cloud.ListPages.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The pages of listings, through the AWS SDK. */
record SdkPages(S3Client client) implements ListPages {
  @Override
  public Page page(Location prefix, boolean recursive, String after, String continuation)
      throws IOException {
    ListObjectsV2Request.Builder list =
        ListObjectsV2Request.builder().bucket(prefix.container()).prefix(prefix.key());
    if (!recursive) {
      list.delimiter("/");
    }
    if (!continuation.isEmpty()) {
      list.continuationToken(continuation);
    } else if (!after.isEmpty()) {
      list.startAfter(after);
    }
    try {
      return page(prefix, client.listObjectsV2(list.build()));
    } catch (SdkException e) {
      throw SdkErrors.of("list", prefix, e);
    }
  }

  private static Page page(Location prefix, ListObjectsV2Response answer) throws StorageException {
    List<Listed> objects = new ArrayList<>(answer.contents().size());
    for (S3Object object : answer.contents()) {
      if (object.key() == null || object.size() == null || object.lastModified() == null) {
        throw refused(prefix, "an object in the answer has no key, no size or no time");
      }
      objects.add(
          new Listed(
              object.key(), object.size(), object.lastModified(), Etags.unquoted(object.eTag())));
    }
    List<String> prefixes = answer.commonPrefixes().stream().map(CommonPrefix::prefix).toList();
    if (!Boolean.TRUE.equals(answer.isTruncated())) {
      return new Page(objects, prefixes, "");
    }
    String next = answer.nextContinuationToken();
    if (next == null || next.isEmpty()) {
      throw refused(prefix, "the answer says that there is more, and not where");
    }
    return new Page(objects, prefixes, next);
  }

  private static StorageException refused(Location prefix, String reason) {
    return new StorageException(Failure.of("list", prefix, reason));
  }
}
