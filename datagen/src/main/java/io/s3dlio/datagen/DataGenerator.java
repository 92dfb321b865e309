package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.UnsyncedNames;
import java.io.IOException;
import java.util.function.Consumer;

/** Generates data sets without Spark: the guide's {@code put_many}. Immutable, thread-safe. */
public final class DataGenerator {
  private final ObjectStore store;
  private final long seed;
  private final PutOptions options;
  private final Payload payload;

  /** Generates into a store with {@link PutOptions#DEFAULT}, seed 0 and {@link Payload#DEFAULT}. */
  public DataGenerator(ObjectStore store) {
    this(store, 0, PutOptions.DEFAULT, Payload.DEFAULT);
  }

  private DataGenerator(ObjectStore store, long seed, PutOptions options, Payload payload) {
    this.store = requireNonNull(store, "store is null");
    this.seed = seed;
    this.options = requireNonNull(options, "options is null");
    this.payload = requireNonNull(payload, "payload is null");
  }

  public DataGenerator withSeed(long newSeed) {
    return new DataGenerator(store, newSeed, options, payload);
  }

  public DataGenerator withOptions(PutOptions newOptions) {
    return new DataGenerator(store, seed, newOptions, payload);
  }

  public DataGenerator withPayload(Payload newPayload) {
    return new DataGenerator(store, seed, options, newPayload);
  }

  /** Puts {@code count} objects of one type and size below a prefix. */
  public Progress putMany(Location prefix, String template, long count, ObjectType type, long size)
      throws IOException {
    return putMany(
        prefix,
        template,
        count,
        type,
        SizeDistribution.of(size),
        progress -> {},
        new CancellationToken());
  }

  /**
   * Puts {@code count} objects of one type below a prefix.
   *
   * @param template see {@link NameTemplate}
   * @param sizes how long they are
   * @param listener is told after every object, one call at a time
   * @param token stops the work; what is in flight is finished
   * @return what was put
   * @throws java.io.InterruptedIOException if the token was cancelled before this returned, or this
   *     thread was interrupted (the flag stays set)
   */
  public Progress putMany(
      Location prefix,
      String template,
      long count,
      ObjectType type,
      SizeDistribution sizes,
      Consumer<Progress> listener,
      CancellationToken token)
      throws IOException {
    if (count < 0) {
      throw new IllegalArgumentException("Invalid count: %d (must be >= 0)".formatted(count));
    }
    requireNonNull(sizes, "sizes is null");
    NameTemplate names = NameTemplate.parse(template, count);
    // The names of all of them are synced at the end, not each with its object.
    UnsyncedNames unsynced = new UnsyncedNames(store, prefix);
    PutOptions put = options.withWriter(options.writer().withSyncName(false));
    Tally tally = new Tally(count, listener, unsynced);
    try (ObjectPutter putter = new ObjectPutter(store, prefix, put, token)) {
      for (long index = 0; index < count; index++) {
        long size = sizes.size(seed, index);
        ObjectSpec object = new ObjectSpec(index, names.name(index), size, type, payload);
        putter.put(object.name(), object.source(seed), tally::add);
      }
      putter.drain();
    }
    unsynced.sync();
    return tally.progress();
  }

  /**
   * @param objects how many objects are done
   * @param bytes how many bytes these have
   * @param total how many objects there will be
   */
  public record Progress(long objects, long bytes, long total) {}

  /** Counts what is done and says so, one object at a time. */
  private static final class Tally {
    private final Consumer<Progress> listener;
    private final UnsyncedNames names;
    private Progress progress;

    Tally(long total, Consumer<Progress> listener, UnsyncedNames names) {
      this.names = names;
      this.listener = requireNonNull(listener, "listener is null");
      this.progress = new Progress(0, 0, total);
    }

    synchronized void add(PutResult result) throws IOException {
      names.add(result.name());
      progress =
          new Progress(progress.objects() + 1, progress.bytes() + result.size(), progress.total());
      listener.accept(progress);
    }

    synchronized Progress progress() {
      return progress;
    }
  }
}
