package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listings, from pages of a script. */
class GcsListingTest extends ScriptedGcs {
  private static String item(String name, long generation) {
    return "{\"name\": \"%s\", \"size\": \"3\", \"generation\": \"%d\", \"updated\": \"2026-01-02T03:04:05Z\"}"
        .formatted(name, generation);
  }

  private static String page(String token, String... items) {
    return body(
        200,
        "{\"kind\": \"storage#objects\", \"unknown\": {\"a\": [1]}, \"items\": [%s]%s}"
            .formatted(
                String.join(",", items),
                token.isEmpty() ? "" : ", \"nextPageToken\": \"" + token + "\""),
        "");
  }

  private static List<String> keys(ObjectStore store, ListOptions options) throws IOException {
    List<String> keys = new ArrayList<>();
    try (ObjectListing listing = store.list(OBJECT.withKey("d/"), options)) {
      while (listing.hasNext()) {
        ObjectInfo object = listing.next();
        keys.add(object.location().key() + "@" + object.etag());
      }
    }
    return keys;
  }

  @Test
  void pagesFollowEachOtherWithWhatIsNeededOfEachObject() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0 ? page("t/1+", item("d/a", 1), item("d/b", 2)) : page("", item("d/c", 3)));

    assertThat(keys(store, ListOptions.RECURSIVE)).containsExactly("d/a@1", "d/b@2", "d/c@3");

    assertThat(heads.get(0))
        .startsWith("GET /storage/v1/b/bucket/o?fields=nextPageToken%2Cprefixes%2Citems%28name")
        .contains("&maxResults=1000&prefix=d%2F HTTP")
        .doesNotContain("versions")
        .doesNotContain("delimiter");
    assertThat(heads.get(1)).contains("&pageToken=t%2F1%2B HTTP").doesNotContain("startOffset");
  }

  @Test
  void markersOfFoldersAreHidden() throws IOException {
    ObjectStore store =
        open((n, head) -> page("", item("d/", 1), item("d/a", 2), item("d/sub/", 3)));

    assertThat(keys(store, ListOptions.RECURSIVE)).containsExactly("d/a@2");
  }

  @Test
  void aListingBeginsBehindItsStart() throws IOException {
    ObjectStore store = open((n, head) -> page("", item("d/b", 1), item("d/c", 2)));

    assertThat(keys(store, new ListOptions(true, "d/b"))).containsExactly("d/c@2");
    assertThat(heads.get(0)).contains("&startOffset=d%2Fb HTTP");
  }

  @Test
  void directoriesAreWhatTheServerNames() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                body(200, "{\"prefixes\": [\"d/x/\"], \"items\": [" + item("d/a", 1) + "]}", ""));

    assertThat(keys(store, ListOptions.LEVEL)).containsExactlyInAnyOrder("d/a@1", "d/x/@");
    assertThat(((CutListings) store).cuts(OBJECT.withKey("d/"), "")).containsExactly("d/x/");
    assertThat(heads).allMatch(head -> head.contains("&delimiter=%2F&"));
  }

  @Test
  void anOldVersionIsOutOfOrder() throws IOException {
    ObjectStore store = open((n, head) -> page("", item("d/a", 1), item("d/a", 2)));

    assertThatThrownBy(() -> keys(store, ListOptions.RECURSIVE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("out of order");
  }

  @Test
  void aTokenThatHasGrownOldIsReplacedByTheLastKey() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> page("old", item("d/a", 1));
                  case 1 -> error(400, "invalid");
                  default -> page("", item("d/a", 1), item("d/b", 2));
                });

    assertThat(keys(store, ListOptions.RECURSIVE)).containsExactly("d/a@1", "d/b@2");
    assertThat(heads.get(2)).contains("startOffset=d%2Fa");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"items\": [{\"name\": \"d/a\"",
        "{\"items\": [{\"name\": \"d/a\"}]}",
        "{\"items\": {}}",
        "{\"items\": [[]]}",
        "{\"nextPageToken\": 7}",
        "{\"prefixes\": [{}]}",
        "[]",
        "<html></html>",
        ""
      })
  void aPageThatCannotBeReadIsAskedForAgain(String json) throws IOException {
    ObjectStore store = open((n, head) -> n == 0 ? body(200, json, "") : page("", item("d/a", 1)));

    assertThat(keys(store, ListOptions.RECURSIVE)).containsExactly("d/a@1");
  }

  @Test
  void anEmptyPageIsAnEmptyListing() throws IOException {
    ObjectStore store =
        open((n, head) -> body(200, n == 0 ? "{}" : "{\"items\": null, \"prefixes\": null}", ""));

    assertThat(keys(store, ListOptions.RECURSIVE)).isEmpty();
    assertThat(keys(store, ListOptions.RECURSIVE)).isEmpty();
  }

  @Test
  void aMissingBucketHasNoListing() throws IOException {
    ObjectStore store = open((n, head) -> error(404, "notFound", "Not Found"));

    assertThatThrownBy(() -> keys(store, ListOptions.RECURSIVE))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("NoSuchBucket");
  }
}
