package io.s3dlio.storage.loader;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.testing.ReadOnlyStore;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an item costs in the loader itself, with a token that is never cancelled and without. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class LoaderTokenBenchmark {
  private static final int ITEMS = 3200;

  @Param({"false", "true"})
  boolean token;

  private final CancellationToken cancels = new CancellationToken();
  private final Dataset dataset = new Dataset(items(), stores(), StoreConfig.DEFAULT);
  private DataLoader loader = new DataLoader(dataset, options());

  private LoaderOptions options() {
    LoaderOptions options =
        LoaderOptions.DEFAULT.withLeases(true).withPersistentWorkers(true).withMaxConcurrency(1);
    return token ? options.withCancellationToken(cancels) : options;
  }

  private static Items items() {
    Location prefix = PatternObjects.location("");
    return new TemplateItems(prefix, NameTemplate.parse("{}", ITEMS), ITEMS);
  }

  private static DatasetStores stores() {
    return new DatasetStores(location -> new Immediate());
  }

  /** Objects of ten bytes, which nobody reads. */
  private static final class Immediate extends ReadOnlyStore {
    @Override
    public void read(ReadRequest request) {
      request.target().position(request.target().limit());
    }

    @Override
    public ObjectInfo stat(Location location) {
      return new ObjectInfo(location, 10, Instant.EPOCH, "e");
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) {
      throw new UnsupportedOperationException();
    }
  }

  @Setup
  public void open() {
    loader.close();
    loader = new DataLoader(dataset, options());
  }

  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public long item() {
    long items = 0;
    BatchStream batches = loader.stream();
    while (batches.hasNext()) {
      try (Batch batch = batches.next()) {
        items += batch.size();
      }
    }
    return items;
  }

  @TearDown
  public void close() {
    loader.close();
  }
}
