package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Listings as no emulator gives them. */
class AzureListingTest extends ScriptedAzure {
  private static final Location DIR = OBJECT.withKey("dir/");

  private static String blob(String name, String more, String properties) {
    return "<Blob><Name>"
        + name
        + "</Name>"
        + more
        + "<Properties><Creation-Time>Sun, 06 Nov 1994 08:00:00 GMT</Creation-Time>"
        + "<Last-Modified>Sun, 06 Nov 1994 08:49:37 GMT</Last-Modified><Etag>0x8D1</Etag>"
        + "<Content-Length>7</Content-Length>"
        + properties
        + "</Properties></Blob>";
  }

  private static String page(String next, String... blobs) {
    return body(
        200,
        "\u00ef\u00bb\u00bf<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults"
            + " ServiceEndpoint=\"http://x/\" ContainerName=\"bucket\"><Prefix>dir/</Prefix><Blobs>"
            + String.join("", blobs)
            + "</Blobs><NextMarker>"
            + next
            + "</NextMarker></EnumerationResults>",
        TIMES);
  }

  private static List<ObjectInfo> list(ObjectStore store, ListOptions options) throws IOException {
    List<ObjectInfo> found = new ArrayList<>();
    try (ObjectListing listing = store.list(DIR, options)) {
      while (listing.hasNext()) {
        found.add(listing.next());
      }
    }
    return found;
  }

  private static List<String> keys(List<ObjectInfo> objects) {
    return objects.stream().map(object -> object.location().key()).toList();
  }

  @Test
  void onlyObjectsAsTheyAreNowAreListed() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                page(
                    "",
                    blob("dir/a", "", "<BlobType>BlockBlob</BlobType>"),
                    blob("dir/deleted", "<Deleted>true</Deleted>", ""),
                    blob("dir/folder", "", "<ResourceType>directory</ResourceType>"),
                    blob("dir/marker/", "", ""),
                    blob("dir/old", "<VersionId>1</VersionId>", "")
                        .replace("</Blob>", "<IsCurrentVersion>false</IsCurrentVersion></Blob>"),
                    blob("dir/snapshot", "<Snapshot>2011-03-09T01:42:34Z</Snapshot>", ""),
                    blob("dir/wasb", "", "")
                        .replace(
                            "</Blob>",
                            "<Metadata><hdi_isfolder>true</hdi_isfolder></Metadata></Blob>"),
                    blob(
                        "dir/z",
                        "<VersionId>2</VersionId><IsCurrentVersion>true</IsCurrentVersion>",
                        "<ResourceType>file</ResourceType>")));

    assertThat(keys(list(store, ListOptions.RECURSIVE))).containsExactly("dir/a", "dir/z");
    assertThat(heads.get(0))
        .startsWith("GET /account/bucket?")
        .contains("include=metadata&", "prefix=dir%2F ")
        .doesNotContain("delimiter");
  }

  @Test
  void anEtagIsTheSameInAListingAndInAnAnswer() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("HEAD") ? head(7, "0x8D1", "") : page("", blob("dir/a", "", "")));

    ObjectInfo listed = list(store, ListOptions.RECURSIVE).get(0);

    assertThat(listed.etag()).isEqualTo("0x8D1");
    assertThat(store.stat(listed.location())).isEqualTo(listed);
  }

  @Test
  void pagesFollowTheirMarkersThoughSomeAreEmpty() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> page("2!odd+marker/&amp;", blob("dir/a", "", ""));
                  case 1 -> page("third");
                  default -> page("", blob("dir/b", "", ""));
                });

    assertThat(keys(list(store, ListOptions.RECURSIVE))).containsExactly("dir/a", "dir/b");
    assertThat(heads.get(1)).contains("&marker=2%21odd%2Bmarker%2F%26 ");
  }

  /** As hierarchical accounts order: a slash comes before all else. */
  @Test
  void anOrderThatIsNotOursIsListedAndFilteredAllTheSame() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                page(
                    "",
                    blob("dir/A", "", ""),
                    blob("dir/A/x", "", ""),
                    blob("dir/A-B", "", ""),
                    blob("dir/A-B/y", "", "")));

    assertThat(keys(list(store, ListOptions.RECURSIVE)))
        .containsExactly("dir/A", "dir/A/x", "dir/A-B", "dir/A-B/y");
    assertThat(keys(list(store, new ListOptions(true, "dir/A-B"))))
        .as("after it in the order of all stores")
        .containsExactly("dir/A/x", "dir/A-B/y");
  }

  @Test
  void aNameTwiceInARowIsNoListing() throws IOException {
    ObjectStore store = open((n, head) -> page(n == 0 ? "more" : "", blob("dir/a", "", "")));

    assertThatThrownBy(() -> list(store, ListOptions.RECURSIVE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("'dir/a' out of order");
  }

  @Test
  void namesThatXmlCannotHoldComeEncoded() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                page(
                    "",
                    blob("x", "", "")
                        .replace("<Name>x", "<Name Encoded=\"true\">dir%2Fa%EF%BF%BEb%2Bc%20d")));

    assertThat(keys(list(store, ListOptions.RECURSIVE))).containsExactly("dir/a\ufffeb+c d");
  }

  @Test
  void directoriesAreToldOnlyWhereTheyAreAskedFor() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                page("", blob("dir/a", "", ""), "<BlobPrefix><Name>dir/sub/</Name></BlobPrefix>"));

    assertThat(keys(list(store, ListOptions.LEVEL))).containsExactly("dir/sub/", "dir/a");
    assertThat(keys(list(store, ListOptions.FLAT))).containsExactly("dir/a");
    assertThat(heads).allMatch(head -> head.contains("&delimiter=%2F"));
  }

  @Test
  void aPageThatIsCutOffOrGarbledIsAskedForAgain() throws IOException {
    String whole = page("", blob("dir/a", "", ""));
    String text = whole.substring(whole.indexOf("\r\n\r\n") + 4);
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> body(200, text.substring(0, text.length() / 2), TIMES);
                  case 1 -> body(200, "<html>proxy</html>", TIMES);
                  case 2 -> body(200, text.replace("<Content-Length>7", "<Content-Length>?"), "");
                  default -> whole;
                });

    assertThat(keys(list(store, ListOptions.RECURSIVE))).containsExactly("dir/a");
    assertThat(count).hasValue(4);
  }

  @Test
  void aListingThatGoesRoundFails() throws IOException {
    ObjectStore store = open((n, head) -> page("same"));

    assertThatThrownBy(() -> list(store, ListOptions.RECURSIVE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("same again");
  }

  @Test
  void aMarkerThatIsRefusedFailsTheListing() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0
                    ? page("old", blob("dir/a", "", ""))
                    : error(400, "OutOfRangeQueryParameterValue"));

    assertThatThrownBy(() -> list(store, ListOptions.RECURSIVE))
        .hasMessageContaining("OutOfRangeQueryParameterValue");
  }

  @Test
  void aMissingContainerIsNoEmptyListing() throws IOException {
    ObjectStore store = open((n, head) -> error(404, "ContainerNotFound"));

    assertThatThrownBy(() -> list(store, ListOptions.RECURSIVE))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("Cannot list az://bucket/dir/")
        .hasMessageContaining("Create the container");
  }
}
