package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.tuning.SizeSummary;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a training program reads: items by their numbers, of any stores. Immutable and thread-safe.
 * It opens each store once and {@linkplain #close closes} them; several loaders may share it.
 *
 * <p>Every item is read in one version. {@link #fromPrefix} has the versions from the listing, and
 * lists may tell them; where nothing does, the store is asked for each object right before it is
 * read, beside other reads.
 */
public final class Dataset implements Closeable {
  /** What an index of TFRecords is called beside its object. */
  private static final String INDEX = ".idx";

  private final Items items;
  private final DatasetStores stores;
  private final StoreConfig config;

  Dataset(Items items, DatasetStores stores, StoreConfig config) {
    this.items = items;
    this.stores = stores;
    this.config = config;
  }

  /** Makes one of its items. */
  @FunctionalInterface
  private interface Source {
    Items read(DatasetStores stores) throws IOException;
  }

  /** Opens the stores for who finds the items, and closes them if that fails. */
  private static Dataset open(StoreConfig config, Source source) throws IOException {
    DatasetStores stores = DatasetStores.of(requireNonNull(config, "config is null"));
    boolean opened = false;
    try {
      Dataset dataset = new Dataset(source.read(stores), stores, config);
      opened = true;
      return dataset;
    } finally {
      if (!opened) {
        stores.close();
      }
    }
  }

  /**
   * As {@link #fromPrefix(String, StoreConfig)}, with the options' configuration of stores; their
   * token cancels the listing.
   */
  public static Dataset createDataset(String uri, LoaderOptions options) throws IOException {
    CancellationToken token = options.cancellationToken().orElseGet(CancellationToken::new);
    return fromPrefix(uri, options.storeConfig(), token);
  }

  public static Dataset fromPrefix(String uri) throws IOException {
    return fromPrefix(uri, StoreConfig.DEFAULT);
  }

  /**
   * Lists a prefix and all below it, in the order of keys; hidden names are left out. A URI that
   * names an object is that object. No object is asked for: sizes and versions are the listing's.
   *
   * @throws NotFoundException if there is nothing to read
   * @throws IllegalArgumentException if the URI is malformed or no store has its scheme
   */
  public static Dataset fromPrefix(String uri, StoreConfig config) throws IOException {
    return fromPrefix(uri, config, new CancellationToken());
  }

  private static Dataset fromPrefix(String uri, StoreConfig config, CancellationToken token)
      throws IOException {
    Location path = Location.parse(uri);
    return open(config, stores -> PrefixItems.find(stores.open(path), path, token));
  }

  public static Dataset fromUris(List<String> uris) {
    return fromUris(uris, StoreConfig.DEFAULT);
  }

  /**
   * Takes objects by their URIs, whose schemes and containers may differ. No store is asked here:
   * an object that is not there fails when it is read.
   *
   * @throws IllegalArgumentException if there is none, one is malformed or names a prefix, or no
   *     store has its scheme
   */
  public static Dataset fromUris(List<String> uris, StoreConfig config) {
    ItemTable.Builder items = new ItemTable.Builder();
    DatasetStores stores = DatasetStores.of(config);
    boolean opened = false;
    try {
      for (String uri : uris) {
        Location location = Location.parse(uri);
        if (location.isPrefix()) {
          throw new IllegalArgumentException(
              "Invalid URI: %s (it names a prefix; use Dataset.fromPrefix)".formatted(location));
        }
        stores.open(location);
        items.add(location.withKey(""), location, OptionalLong.empty(), "");
      }
      if (items.size() == 0) {
        throw new IllegalArgumentException("Invalid URIs: there is none");
      }
      opened = true;
      return new Dataset(items.build(), stores, config);
    } finally {
      if (!opened) {
        stores.close();
      }
    }
  }

  public static Dataset fromManifest(String uri) throws IOException {
    return fromManifest(uri, StoreConfig.DEFAULT);
  }

  /**
   * Takes the objects that a manifest names, in its order, and lists nothing: the {@code
   * manifest.json} of a write job, or CSV of {@code path,length,etag}, of which only the path is
   * needed ({@code .gz} is compressed). A relative path stands below the list's own folder. Objects
   * that have not the length that the manifest says fail when they are read.
   *
   * @throws io.s3dlio.storage.CorruptException if it is malformed or names no object
   */
  public static Dataset fromManifest(String uri, StoreConfig config) throws IOException {
    Location manifest = Location.parse(uri);
    return open(config, stores -> ManifestItems.read(stores.open(manifest), manifest));
  }

  public static Dataset fromTemplate(String uri, String template, long count) {
    return fromTemplate(uri, template, count, StoreConfig.DEFAULT);
  }

  /**
   * Takes the objects with the first indexes of a {@linkplain NameTemplate template}. Nothing is
   * listed or kept, however many there are.
   *
   * @param uri the prefix that the names stand below, with or without its slash
   * @param count how many, 1 or more
   * @throws IllegalArgumentException if the template is malformed
   */
  public static Dataset fromTemplate(String uri, String template, long count, StoreConfig config) {
    if (count < 1) {
      throw new IllegalArgumentException("Invalid count: %d (must be > 0)".formatted(count));
    }
    NameTemplate names = NameTemplate.parse(template, count);
    Location prefix = Location.parse(uri).asPrefix();
    DatasetStores stores = DatasetStores.of(config);
    stores.open(prefix);
    return new Dataset(new TemplateItems(prefix, names, count), stores, config);
  }

  /** As below, with the index beside the object, by its name and {@code .idx}. */
  public static Dataset fromTfRecordIndex(String uri, StoreConfig config) throws IOException {
    return fromTfRecordIndex(uri, uri + INDEX, config);
  }

  /**
   * Takes the records of a TFRecord object as items, each the data of a record, read by range. They
   * are not compared with the sums that stand beside them.
   *
   * @param indexUri an index as DALI's {@code tfrecord2idx} writes it: a line {@code offset length}
   *     for each record, what stands around its data included
   * @throws io.s3dlio.storage.CorruptException if the index is malformed, or that of another object
   */
  public static Dataset fromTfRecordIndex(String uri, String indexUri, StoreConfig config)
      throws IOException {
    Location object = Location.parse(uri);
    Location index = Location.parse(indexUri);
    return open(
        config,
        stores -> {
          ObjectInfo data = stores.open(object).stat(object);
          ObjectStore holder = stores.open(index);
          return RecordItems.read(holder.reader(), holder.stat(index), data);
        });
  }

  /** Returns how many items there are. */
  public long size() {
    return items.size();
  }

  /**
   * Returns an item.
   *
   * @param index from 0
   * @throws IndexOutOfBoundsException if there is none
   */
  public DatasetItem item(long index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException(
          "Invalid index: %d (the data set has %d items)".formatted(index, size()));
    }
    return items.item(index);
  }

  /** Returns what is known of the items' sizes; nothing where objects are asked one by one. */
  public SizeSummary sizes() {
    return items.sizes();
  }

  StoreConfig storeConfig() {
    return config;
  }

  ObjectStore store(Location location) {
    return stores.open(location);
  }

  /** Closes the stores. What loaders still read fails. Idempotent. */
  @Override
  public void close() {
    stores.close();
  }
}
