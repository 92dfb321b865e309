package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.UriText;
import java.io.IOException;
import java.util.List;

/** The pages of listings, of the live versions of objects alone. */
record GcsPages(GcsClient client) implements ListPages {
  private static final String FIELDS =
      GcsRequests.encoded("nextPageToken,prefixes,items(name,size,updated,generation)");

  @Override
  public Page page(Location prefix, boolean recursive, String after, String continuation)
      throws IOException {
    StringBuilder query = new StringBuilder("fields=").append(FIELDS);
    // A thousand is what a page has anyway; the emulator would have no end of them. But it names
    // prefixes on each of several pages.
    query.append(recursive ? "&maxResults=1000" : "&delimiter=%2F");
    if (!prefix.key().isEmpty()) {
      query.append("&prefix=").append(UriText.parameter(prefix.key()));
    }
    if (!continuation.isEmpty()) {
      query.append("&pageToken=").append(UriText.parameter(continuation));
    } else if (!after.isEmpty()) {
      query.append("&startOffset=").append(UriText.parameter(after));
    }
    CloudRequest request =
        new CloudRequest("list", prefix, "GET", "", query.toString(), List.of(), List.of());
    Page page = client.retrying(request, answer -> GcsJson.page(answer.body()));
    boolean first = continuation.isEmpty() && !page.objects().isEmpty();
    // A listing starts with its offset, not behind it.
    return first && page.objects().get(0).key().equals(after)
        ? new Page(
            page.objects().subList(1, page.objects().size()), page.prefixes(), page.continuation())
        : page;
  }
}
