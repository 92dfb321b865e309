package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.PagedListing;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.TransportConfig;
import io.s3dlio.testing.ListingServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listing makes of pages, well-meant or not. */
@Timeout(300)
class S3ListingTest {
  private static final Location PREFIX = new Location("s3", "bucket", "p/");

  private final List<String> heads = Collections.synchronizedList(new ArrayList<>());
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  /** Answers the n-th request, counting from 0. */
  @FunctionalInterface
  private interface Script {
    String answer(int number);
  }

  private HttpStub server(Script script) throws IOException {
    AtomicInteger count = new AtomicInteger();
    HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              return script.answer(count.getAndIncrement());
            });
    open.add(server);
    return server;
  }

  private static S3Config.Builder config(URI endpoint) {
    return S3Config.builder()
        .endpoint(endpoint)
        .region("eu-test-1")
        .credentials(new S3Credentials("id", "very-secret", ""));
  }

  private ObjectStore store(Script script) throws IOException {
    return store(S3Config.Transport.OWN, script);
  }

  private ObjectStore store(S3Config.Transport transport, Script script) throws IOException {
    URI endpoint = URI.create(server(script).endpoint().toString());
    return S3Stores.open(config(endpoint).transport(transport).build());
  }

  private static String answer(int status, String body) {
    return "HTTP/1.1 " + status + " x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String contents(String... keys) {
    StringBuilder xml = new StringBuilder();
    for (String key : keys) {
      xml.append("<Contents><Key>")
          .append(key)
          .append("</Key><Size>1</Size><LastModified>2009-10-12T17:50:30Z</LastModified>")
          .append("</Contents>");
    }
    return xml.toString();
  }

  /** A page; {@code next} is empty for the last. */
  private static String page(String next, String... keys) {
    String more =
        next.isEmpty()
            ? "<IsTruncated>false</IsTruncated>"
            : "<IsTruncated>true</IsTruncated><NextContinuationToken>"
                + next
                + "</NextContinuationToken>";
    return answer(
        200,
        "<ListBucketResult><EncodingType>url</EncodingType>"
            + more
            + contents(keys)
            + "</ListBucketResult>");
  }

  private static List<String> keys(ObjectStore store, Location prefix, ListOptions options)
      throws IOException {
    List<String> keys = new ArrayList<>();
    try (ObjectListing listing = store.list(prefix, options)) {
      while (listing.hasNext()) {
        keys.add(listing.next().location().key());
      }
    }
    return keys;
  }

  private static List<String> keys(ObjectStore store) throws IOException {
    return keys(store, PREFIX, ListOptions.RECURSIVE);
  }

  // ---- pages that no server should send

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aPageThatSaysThereIsMoreAndNotWhereIsNeverTheLast(S3Config.Transport transport)
      throws IOException {
    String lost =
        answer(
            200,
            "<ListBucketResult><IsTruncated>true</IsTruncated>"
                + contents("p/a")
                + "</ListBucketResult>");
    assertThatThrownBy(() -> keys(store(transport, n -> lost)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Cannot list s3://bucket/p/")
        .hasMessageContaining("there is more, and not where");
    if (transport == S3Config.Transport.OWN) {
      // It may have been cut off, and is asked for again.
      assertThat(keys(store(n -> n == 0 ? lost : page("", "p/a", "p/b"))))
          .containsExactly("p/a", "p/b");
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anObjectWithoutAKeyASizeOrATimeIsAFailure(S3Config.Transport transport) throws IOException {
    for (String field : List.of("Key", "Size", "LastModified")) {
      String without = page("", "p/a").replaceAll("<%1$s>.*</%1$s>".formatted(field), "");
      String body = without.substring(without.indexOf("<ListBucketResult>"));
      assertThatThrownBy(() -> keys(store(transport, n -> answer(200, body))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Cannot list s3://bucket/p/");
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aListingThatGoesRoundFails(S3Config.Transport transport) throws IOException {
    assertThatThrownBy(() -> keys(store(transport, n -> page("same", "p/" + n))))
        .hasMessageContaining("next page is the same again");
    assertThatThrownBy(() -> keys(store(transport, n -> page("t" + n % 2, "p/" + n % 2))))
        .hasMessageContaining("'p/0' out of order");
    assertThatThrownBy(() -> keys(store(transport, n -> page("t" + n))))
        .hasMessageContaining("pages in a row are empty");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void pagesWithoutKeysAreNoEnd(S3Config.Transport transport) throws IOException {
    assertThat(keys(store(transport, n -> n < 20 ? page("t" + n) : page("", "p/a"))))
        .containsExactly("p/a");
  }

  @ParameterizedTest
  @CsvSource({
    "OWN, q/a", "OWN, p", "OWN, P/a", "OWN, p%2F..%2Fx y", "OWN, ''", "OWN, p%00/a",
    "SDK, q/a", "SDK, p", "SDK, P/a", "SDK, p%2F..%2Fx y", "SDK, ''", "SDK, p%00/a"
  })
  void aKeyThatIsNotBelowThePrefixIsAFailure(S3Config.Transport transport, String key)
      throws IOException {
    boolean below = key.startsWith("p%2F");
    ObjectStore store = store(transport, n -> page("", "p/!", key));

    if (below) {
      assertThat(keys(store)).containsExactly("p/!", "p/../x y");
    } else {
      assertThatThrownBy(() -> keys(store))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("which is not below it")
          .hasMessageNotContaining("\0");
    }
    assertThatThrownBy(() -> keys(store(transport, n -> page("", "p/a%00b"))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a NUL character");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aKeyBelowAFurtherSlashIsNoneOfAFlatListing(S3Config.Transport transport) throws IOException {
    assertThat(keys(store(transport, n -> page("", "p/", "p/a", "p/d/")), PREFIX, ListOptions.FLAT))
        .containsExactly("p/a");
    assertThatThrownBy(
            () -> keys(store(transport, n -> page("", "p/a", "p/d/e")), PREFIX, ListOptions.FLAT))
        .hasMessageContaining("'p/d/e', which is below a further slash");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void keysOutOfOrderOrTwiceAreAFailure(S3Config.Transport transport) throws IOException {
    assertThatThrownBy(() -> keys(store(transport, n -> page("", "p/b", "p/a"))))
        .hasMessageContaining("'p/a' out of order");
    assertThatThrownBy(() -> keys(store(transport, n -> page("", "p/a", "p/a"))))
        .hasMessageContaining("'p/a' out of order");
    assertThatThrownBy(
            () -> keys(store(transport, n -> n == 0 ? page("t", "p/a", "p/b/") : page("", "p/b/"))))
        .hasMessageContaining("'p/b/' out of order");
    ListOptions after = new ListOptions(true, "p/c");
    assertThatThrownBy(() -> keys(store(transport, n -> page("", "p/c", "p/d")), PREFIX, after))
        .hasMessageContaining("'p/c' out of order");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void theOrderIsThatOfBytesOrThatOfUnitsAndNeverBoth(S3Config.Transport transport)
      throws IOException {
    String replacement = "p/%EF%BF%BD";
    String emoji = "p/%F0%9F%98%80";
    String last = "p/%EF%BF%BF";

    assertThat(keys(store(transport, n -> page("", replacement, last, emoji)))).hasSize(3);
    assertThat(keys(store(transport, n -> page("", emoji, replacement, last)))).hasSize(3);
    assertThatThrownBy(() -> keys(store(transport, n -> page("", replacement, emoji, last))))
        .hasMessageContaining("out of order");
    assertThatThrownBy(
            () -> keys(store(transport, n -> page("t" + n, n % 2 == 0 ? emoji : replacement))))
        .hasMessageContaining("out of order");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aKeyInAMessageIsBoundedAndOfOneLine(S3Config.Transport transport) throws IOException {
    String key = "q%0A%1B" + "x".repeat(100_000);

    assertThatThrownBy(() -> keys(store(transport, n -> page("", key))))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000).matches("[^\\p{Cntrl}]*"));
  }

  // ---- directories

  private static String level(String next, List<String> directories, String... keys) {
    String named =
        directories.stream()
            .map(key -> "<CommonPrefixes><Prefix>" + key + "</Prefix></CommonPrefixes>")
            .collect(Collectors.joining());
    String more =
        next.isEmpty()
            ? "<IsTruncated>false</IsTruncated>"
            : "<IsTruncated>true</IsTruncated><NextContinuationToken>"
                + next
                + "</NextContinuationToken>";
    return answer(
        200, "<ListBucketResult>" + more + contents(keys) + named + "</ListBucketResult>");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aLevelIsListedOverPagesOfAnyKind(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        store(
            transport,
            n ->
                switch (n) {
                  case 0 -> level("t0", List.of("p/b/"), "p/a", "p/c");
                  case 1 -> level("t1", List.of("p/d/", "p/e/"));
                  default -> level("", List.of(), "p/f");
                });

    assertThat(keys(store, PREFIX, ListOptions.LEVEL))
        .containsExactlyInAnyOrder("p/a", "p/b/", "p/c", "p/d/", "p/e/", "p/f");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void whatIsNoDirectoryRightBelowIsAFailure(S3Config.Transport transport) throws IOException {
    for (String directory : List.of("q/", "p/", "p/a", "p/a/b/", "p/a/b")) {
      assertThatThrownBy(
              () ->
                  keys(
                      store(transport, n -> level("", List.of(directory))),
                      PREFIX,
                      ListOptions.LEVEL))
          .hasMessageContaining("the server names '%s' as a directory", directory);
    }
    assertThatThrownBy(
            () ->
                keys(
                    store(transport, n -> level("", List.of("p/b/", "p/a/"))),
                    PREFIX,
                    ListOptions.LEVEL))
        .hasMessageContaining("'p/a/' out of order");
    assertThat(
            keys(store(transport, n -> level("", List.of("q/"), "p/a")), PREFIX, ListOptions.FLAT))
        .containsExactly("p/a");
  }

  @Test
  void aLevelEndsWithAFailureWhereTheLastKeyDoesNotTellHowToGoOn() throws IOException {
    String refused = answer(400, "<Error><Code>InvalidArgument</Code></Error>");

    assertThatThrownBy(
            () ->
                keys(
                    store(n -> n == 0 ? level("t", List.of("p/b/"), "p/a") : refused),
                    PREFIX,
                    ListOptions.LEVEL))
        .hasMessageContaining("InvalidArgument");
  }

  // ---- encoded keys

  @Test
  void everyCharacterComesBackFromItsEncoding() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int c = 1; c < 0x3000; c++) {
      all.appendCodePoint(c);
    }
    all.append("\ufffd\uffff").appendCodePoint(0x1F600).appendCodePoint(0x10FFFF);
    String key = "p/" + all;

    assertThat(keys(store(n -> page("", UriText.parameter(key))))).containsExactly(key);
    // As AWS and MinIO write them: slashes stay, a space is a plus.
    String form = UriText.path("p/a b+c%/~*").replace("%20", "+").replace("%2A", "*");
    assertThat(keys(store(n -> page("", form)))).containsExactly("p/a b+c%/~*");
    assertThat(keys(store(n -> page("", "p/a+b", "p/a&amp;d", "p/a%2bc"))))
        .containsExactly("p/a b", "p/a&d", "p/a+c");
    String raw = new String("p/\u00fc%C3%BC".getBytes(UTF_8), ISO_8859_1);
    assertThat(keys(store(n -> page("", raw)))).containsExactly("p/\u00fc\u00fc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"p/%", "p/%4", "p/%zz", "p/%ff", "p/%C3", "p/%ED%A0%80"})
  void whatIsNoEncodedTextIsNeverAnotherKey(String key) {
    assertThatThrownBy(() -> keys(store(n -> page("", key))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the answer's key 'p/%");
  }

  // ---- in mid listing

  @ParameterizedTest
  @ValueSource(
      strings = {"503 SlowDown", "500 InternalError", "400 RequestTimeout", "200 InternalError"})
  void aFailureThatPassesResumesWhereTheListingWas(String failure) throws IOException {
    String error = "<Error><Code>" + failure.substring(4) + "</Code></Error>";
    ObjectStore store =
        store(
            n ->
                switch (n) {
                  case 0 -> page("t/1", "p/a", "p/b");
                  case 1 -> answer(Integer.parseInt(failure.substring(0, 3)), error);
                  case 2 -> page("t/2", "p/c");
                  default -> page("", "p/d");
                });

    assertThat(keys(store)).containsExactly("p/a", "p/b", "p/c", "p/d");
    assertThat(heads.get(2)).contains("?continuation-token=t%2F1&encoding-type=url");
    assertThat(heads.get(3)).contains("continuation-token=t%2F2&");
  }

  @Test
  void aContinuationThatGrewTooOldGoesOnAfterTheLastKey() throws IOException {
    String refused =
        answer(
            400,
            "<Error><Code>InvalidArgument</Code><Message>The continuation token provided is"
                + " incorrect</Message></Error>");
    ObjectStore store =
        store(
            n ->
                switch (n) {
                  case 0 -> page("t1", "p/a", "p/b/");
                  case 1 -> refused;
                  case 2 -> page("t2", "p/c");
                  default -> page("", "p/d");
                });

    assertThat(keys(store)).containsExactly("p/a", "p/c", "p/d");
    assertThat(heads.get(2)).contains("&start-after=p%2Fb%2F ").doesNotContain("continuation");
    assertThatThrownBy(() -> keys(store(n -> refused))).hasMessageContaining("InvalidArgument");
    assertThatThrownBy(() -> keys(store(n -> n == 0 ? page("t", "p/a") : refused)))
        .hasMessageContaining("InvalidArgument");
  }

  @Test
  void keysThatExpireInMidListingAreRenewedAndItGoesOn() throws IOException {
    HttpStub server =
        server(
            n ->
                switch (n) {
                  case 0 -> page("t1", "p/a");
                  case 1 -> answer(400, "<Error><Code>ExpiredToken</Code></Error>");
                  default -> page("", "p/b");
                });
    AtomicInteger renewed = new AtomicInteger();
    CredentialsSource source =
        new CredentialsSource() {
          @Override
          public Optional<S3Credentials> get() {
            return Optional.of(new S3Credentials("id" + renewed.get(), "secret", "token"));
          }

          @Override
          public boolean refresh() {
            return renewed.incrementAndGet() == 1;
          }
        };
    S3Config config = config(URI.create(server.endpoint().toString())).build();
    try (HttpTransport transport = new HttpTransport(TransportConfig.DEFAULT)) {
      S3Client client =
          new S3Client(transport, S3Stores.addressings(config, java.util.Map.of()), source, config);
      ObjectStore store = new S3Store(client, config, new UploadThreads(1));

      assertThat(keys(store)).containsExactly("p/a", "p/b");
    }
    assertThat(heads.get(1)).contains("Credential=id0/").contains("continuation-token=t1");
    assertThat(heads.get(2)).contains("Credential=id1/").contains("continuation-token=t1");
  }

  // ---- many keys

  @Test
  void aMillionKeysLeaveNothingBehind() throws Exception {
    int objects = 1_000_000;
    long bound = 16 << 20;
    try (ListingServer server = new ListingServer("p/", objects, 5000, 0)) {
      ObjectStore store = S3Stores.open(config(server.endpoint()).build());
      long first = 0;
      int count = 0;
      try (ObjectListing listing = store.list(PREFIX, ListOptions.RECURSIVE)) {
        while (listing.hasNext()) {
          Location location = listing.next().location();
          if (count % 250_000 == 100_000) {
            assertThat(location.key()).isEqualTo(server.key(count));
            long used = usedHeap();
            first = first == 0 ? used : first;
            assertThat(used).as("after %d keys", count).isLessThan(first + bound);
          }
          count++;
        }
      }
      assertThat(count).isEqualTo(objects);
      assertThat(server.pages()).isEqualTo(objects / 1000);
    }
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  // ---- cuts

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void cutsAreTheDirectoriesAfterAKey(S3Config.Transport transport) throws Exception {
    try (ListingServer server = new ListingServer("p/", 100_000, 50, 0)) {
      ObjectStore store = S3Stores.open(config(server.endpoint()).transport(transport).build());
      CutListings cuts = (CutListings) store;

      assertThat(cuts.cuts(PREFIX, "")).hasSize(1000).startsWith("p/d000000000/", "p/d000000001/");
      assertThat(cuts.cuts(PREFIX, "p/d000001997/f000000007"))
          .containsExactly("p/d000001998/", "p/d000001999/");
      assertThat(cuts.cuts(PREFIX.append("d000000003/"), "")).isEmpty();
      assertThat(server.pages()).isEqualTo(3);
    }
  }

  @Test
  void whatAServerNamesForACutIsUsedOnlyIfItIsOne() {
    assertThat(
            PagedListing.usable(
                List.of(
                    "p/z/",
                    "p/b/",
                    "q/x/",
                    "p/b/",
                    "p/no",
                    "p/a/",
                    "p/\0/",
                    "p/\ufffd/",
                    "p/\ud83d\ude00/"),
                PREFIX,
                "p/a/x"))
        .containsExactly("p/b/", "p/z/");
  }
}
