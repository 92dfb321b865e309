package io.s3dlio.storage.loader;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.format.TfRecord;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.checksum.Crc;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.ManifestShardWriter;
import io.s3dlio.storage.manifest.Manifests;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void aPrefixIsListedInKeyOrderWithSizesAndVersionsAndWithoutHiddenNames() throws Exception {
    write("train/b", "bb");
    write("train/a/2", "a2a2");
    write("train/a/1", "");
    write("train/_SUCCESS", "");
    write("train/.part/x", "x");
    write("train2/c", "c");

    try (Dataset dataset = Dataset.fromPrefix(folder.resolve("train").toUri().toString())) {
      assertThat(keys(dataset)).containsExactly("a/1", "a/2", "b");
      assertThat(dataset.item(1).length()).hasValue(4);
      assertThat(dataset.item(1).etag()).isNotEmpty();
      assertThat(dataset.sizes().bytes()).isEqualTo(6);
      assertThatThrownBy(() -> dataset.item(3))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("Invalid index: 3 (the data set has 3 items)");
    }
  }

  @Test
  void noObjectOfAListingIsAskedFor() throws Exception {
    PatternObjects objects = PatternObjects.many(100, 10);

    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT);
        BatchStream batches = loader.stream()) {
      batches.forEachRemaining(objects::check);
    }

    assertThat(objects.lists).hasValue(1);
    assertThat(objects.stats).hasValue(0);
    assertThat(objects.reads).hasSize(100);
  }

  @Test
  void aUriOfOneObjectIsThatObject() throws Exception {
    write("train/b", "bb");

    try (Dataset dataset = Dataset.fromPrefix(uri("train/b"))) {
      assertThat(dataset.size()).isEqualTo(1);
      assertThat(content(dataset)).containsExactly("bb");
    }
  }

  @Test
  void whatIsNotThereIsAnErrorThatSaysWhatToDo() throws Exception {
    write("hidden/_x", "x");

    assertThatThrownBy(() -> Dataset.fromPrefix(uri("absent/")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("absent/: there is no such object or prefix")
        .hasMessageEndingWith("Check the path");
    assertThatThrownBy(() -> Dataset.fromPrefix(uri("hidden/")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("all that is there is hidden")
        .hasMessageEndingWith("Name the objects with Dataset.fromUris");
  }

  @Test
  void aCancelledTokenEndsTheListing() throws Exception {
    write("train/b", "bb");
    CancellationToken token = new CancellationToken();
    token.cancel();

    assertThatThrownBy(
            () ->
                Dataset.createDataset(
                    uri("train/"), LoaderOptions.DEFAULT.withCancellationToken(token)))
        .isInstanceOf(LoaderCancelledException.class);
  }

  @Test
  void urisMayHaveSeveralSchemesAndNothingIsAskedBeforeTheyAreRead() throws Exception {
    write("b", "bb");
    write("a", "a");

    try (Dataset dataset =
        MultiBackendDataset.fromUris(
            List.of(uri("b"), uri("a").replace("file:", "direct:"), uri("absent")),
            StoreConfig.DEFAULT.withDirectFallback(true))) {
      assertThat(dataset.item(0).length()).isEmpty();
      assertThat(dataset.item(1).location().scheme()).isEqualTo("direct");
      try (DataLoader loader =
              new DataLoader(dataset, LoaderOptions.DEFAULT.withErrorPolicy(ErrorPolicy.skip(1)));
          BatchStream batches = loader.stream()) {
        assertThat(texts(batches.next())).containsExactly("bb", "a");
        assertThat(batches.failures()).hasSize(1);
        assertThat(batches.failures().get(0).index()).isEqualTo(2);
        assertThat(batches.failures().get(0).cause()).isInstanceOf(NotFoundException.class);
      }
    }
  }

  @Test
  void urisThatNoStoreHasAreRefusedAtOnce() {
    assertThatThrownBy(() -> Dataset.fromUris(List.of(uri("b"), "ftp://host/x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown scheme 'ftp'");
    assertThatThrownBy(() -> Dataset.fromUris(List.of(uri("b/"))))
        .hasMessageEndingWith("(it names a prefix; use Dataset.fromPrefix)");
    assertThatThrownBy(() -> Dataset.fromUris(List.of())).hasMessage("Invalid URIs: there is none");
  }

  @Test
  void aListInCsvNamesObjectsBelowItsFolderOrAnywhere() throws Exception {
    write("lists/a", "a");
    write("b", "bb");
    write("lists/train.csv", "path,length\na,1\n%s,\n".formatted(uri("b")));

    try (Dataset dataset = Dataset.fromManifest(uri("lists/train.csv"))) {
      assertThat(content(dataset)).containsExactly("a", "bb");
    }
  }

  @Test
  void anObjectThatIsNotAsLongAsItsManifestSaysIsRefused() throws Exception {
    write("a", "longer");
    write("train.csv", "a,1\n");

    try (Dataset dataset = Dataset.fromManifest(uri("train.csv"))) {
      assertThatThrownBy(() -> content(dataset))
          .hasCauseInstanceOf(ObjectChangedException.class)
          .hasMessageContaining("it has 6 bytes and the manifest says 1");
    }
  }

  @Test
  void listsThatLeadAwayOrNameNothingAreRefused() throws Exception {
    write("away.csv", "../a\n");
    write("empty.csv", "path\n");
    write("prefix.csv", "a/\n");
    write("scheme.csv", "ftp://a/b\n");

    for (String list : List.of("away.csv", "empty.csv", "prefix.csv", "scheme.csv")) {
      assertThatThrownBy(() -> Dataset.fromManifest(uri(list)))
          .as(list)
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining(list);
    }
  }

  @Test
  void aJobsManifestNamesItsObjectsAndNothingIsListed() throws Exception {
    write("out/x/1", "one");
    write("out/2", "two2");
    write("out/later", "no part of the job");
    Location prefix = Location.parse(uri("out/"));
    String shard = Manifests.shardName("job-1", 0, 0);
    try (ObjectStore store = ObjectStores.forUri(uri("out/"))) {
      Manifest.Shard written;
      try (ManifestShardWriter writer =
          new ManifestShardWriter(store, prefix, shard, WriterOptions.DEFAULT)) {
        writer.add(ManifestEntry.content("x/1", 3, 0));
        writer.add(ManifestEntry.content("2", 4, 0));
        written = writer.complete();
      }
      Manifests.write(
          store,
          prefix,
          new Manifest(
              Manifest.FORMAT_VERSION, "job-1", Instant.EPOCH, 0, Map.of(), 2, 7, List.of(written)),
          WriterOptions.DEFAULT);
    }

    try (Dataset dataset = Dataset.fromManifest(uri("out/_s3dlio/job-1/manifest.json"))) {
      assertThat(dataset.item(0).length()).hasValue(3);
      assertThat(content(dataset)).containsExactly("one", "two2");
    }
  }

  @Test
  void aTemplateNamesObjectsOfWhichNothingIsKept() throws Exception {
    write("train/sample_000000.bin", "0");
    write("train/sample_000001.bin", "11");

    try (Dataset two = Dataset.fromTemplate(uri("train"), "sample_{:06d}.bin", 2);
        Dataset many = Dataset.fromTemplate("s3://bucket/train", "sample_{:06d}.bin", 50L << 30)) {
      assertThat(content(two)).containsExactly("0", "11");
      assertThat(many.size()).isEqualTo(50L << 30);
      assertThat(many.item((50L << 30) - 1).location())
          .isEqualTo(new Location("s3", "bucket", "train/sample_53687091199.bin"));
    }
    assertThatThrownBy(() -> Dataset.fromTemplate(uri("train"), "{}", 0))
        .hasMessage("Invalid count: 0 (must be > 0)");
  }

  @Test
  void recordsOfATfRecordObjectAreItemsByItsIndex() throws Exception {
    List<String> records = List.of("first", "", "the third");
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    StringBuilder index = new StringBuilder();
    for (String record : records) {
      byte[] data = record.getBytes(UTF_8);
      int start = file.size();
      file.writeBytes(TfRecord.head(data.length));
      file.writeBytes(data);
      file.writeBytes(TfRecord.tail(Crc.CRC32C.of(data)));
      index.append(start).append(' ').append(file.size() - start).append('\n');
    }
    Files.write(folder.resolve("a.tfrecord"), file.toByteArray());
    write("a.tfrecord.idx", index.toString());

    try (Dataset dataset = Dataset.fromTfRecordIndex(uri("a.tfrecord"), StoreConfig.DEFAULT)) {
      assertThat(dataset.sizes().bytes()).isEqualTo(14);
      assertThat(content(dataset)).containsExactlyElementsOf(records);
    }
    write("a.tfrecord.idx", "0 21\n");
    assertThatThrownBy(() -> Dataset.fromTfRecordIndex(uri("a.tfrecord"), StoreConfig.DEFAULT))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void storesAreOpenedOnceForAContainerAndClosedWithTheDataSet() throws Exception {
    List<Location> opened = new ArrayList<>();
    List<Location> closed = new ArrayList<>();
    DatasetStores stores =
        new DatasetStores(
            location -> {
              opened.add(location);
              return new Closing(() -> closed.add(location));
            });
    Location a = new Location("s3", "one", "a");
    stores.open(a);
    stores.open(a.withKey("b"));
    stores.open(new Location("s3", "two", "b"));
    assertThat(opened).hasSize(2);

    stores.close();
    stores.close();
    assertThat(closed).containsExactlyInAnyOrderElementsOf(opened);
    assertThatThrownBy(() -> stores.open(a)).hasMessageContaining("the data set was closed");
  }

  private static final class Closing extends ReadOnlyStore {
    private final Runnable action;

    Closing(Runnable action) {
      this.action = action;
    }

    @Override
    public ObjectInfo stat(Location location) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void read(ReadRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      action.run();
    }
  }

  private List<String> keys(Dataset dataset) {
    String below = Location.parse(uri("train/")).key();
    return LongStream.range(0, dataset.size())
        .mapToObj(i -> dataset.item(i).location().key().substring(below.length()))
        .toList();
  }

  private static List<String> content(Dataset dataset) {
    List<String> all = new ArrayList<>();
    try (DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT);
        BatchStream batches = loader.stream()) {
      batches.forEachRemaining(batch -> all.addAll(texts(batch)));
    }
    return all;
  }

  private static List<String> texts(Batch batch) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      texts.add(UTF_8.decode(batch.item(i)).toString());
    }
    return texts;
  }

  private String uri(String path) {
    return "file://" + folder.resolve(path) + (path.endsWith("/") ? "/" : "");
  }

  private void write(String path, String content) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
