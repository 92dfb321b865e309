package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.spark.sql.AnalysisException;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What lies at the paths of one {@code load()}: listed on the driver when it is first needed, and
 * then never again, however often a plan is made or run. Where filters need a part alone, that part
 * is listed, and the latest parts are kept too. Thread-safe.
 */
public final class Listing {
  private final List<Location> locations;
  private final Stores.Opener stores;
  private final Map<ListSettings, CompletableFuture<ObjectIndex>> listed =
      new ConcurrentHashMap<>();

  /** A session may ask one table for any number of parts. */
  private final Map<Part, CompletableFuture<ObjectIndex>> parts =
      Collections.synchronizedMap(new LatestParts());

  /**
   * @param locations the paths, each an object or a prefix
   */
  public Listing(List<Location> locations) {
    this(locations, Stores::open);
  }

  Listing(List<Location> locations, Stores.Opener stores) {
    this.locations = List.copyOf(locations);
    this.stores = stores;
  }

  /** Returns the paths. */
  public List<Location> locations() {
    return locations;
  }

  /**
   * Returns the objects. A listing that failed is tried again by the next caller.
   *
   * <p>Throws Spark's {@link AnalysisException} {@code PATH_NOT_FOUND} if there is nothing at a
   * path.
   *
   * @throws UncheckedIOException if they cannot be listed
   */
  ObjectIndex objects(ListSettings settings) {
    return objects(listed, settings, settings, PathRange.ALL, PartitionFilter.ALL);
  }

  /**
   * Returns the objects in a range and in some directories, and others as well: all of them if they
   * have been listed already or listing a part saves nothing.
   */
  ObjectIndex objects(ListSettings settings, PathRange range, PartitionFilter directories) {
    boolean narrower =
        (!directories.isEmpty() && settings.names().isEmpty())
            || ObjectLister.isNarrower(locations, settings, range, stores);
    return known(settings).isPresent() || !narrower
        ? objects(settings)
        : objects(parts, new Part(settings, range, directories), settings, range, directories);
  }

  private <K> ObjectIndex objects(
      Map<K, CompletableFuture<ObjectIndex>> memo,
      K key,
      ListSettings settings,
      PathRange range,
      PartitionFilter directories) {
    CompletableFuture<ObjectIndex> own = new CompletableFuture<>();
    CompletableFuture<ObjectIndex> other = memo.putIfAbsent(key, own);
    if (other == null) {
      try {
        own.complete(ObjectLister.list(locations, settings, range, directories, stores));
      } catch (IOException | RuntimeException | Error e) {
        memo.remove(key, own);
        own.completeExceptionally(e);
      }
    }
    try {
      return (other == null ? own : other).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(
          "Cannot list %s: interrupted".formatted(locations.get(0)), new InterruptedIOException());
    } catch (ExecutionException e) {
      throw unchecked(requireNonNull(e.getCause()));
    }
  }

  /** Returns the objects if they have been listed already. */
  Optional<ObjectIndex> known(ListSettings settings) {
    CompletableFuture<ObjectIndex> future = listed.get(settings);
    return future != null && future.isDone() && !future.isCompletedExceptionally()
        ? Optional.of(future.join())
        : Optional.empty();
  }

  private record Part(ListSettings settings, PathRange range, PartitionFilter directories) {}

  /** Forgets the parts that were asked for longest ago. */
  private static final class LatestParts
      extends LinkedHashMap<Part, CompletableFuture<ObjectIndex>> {
    private static final long serialVersionUID = 1L;
    private static final int MOST = 8;

    LatestParts() {
      super(2 * MOST, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Part, CompletableFuture<ObjectIndex>> eldest) {
      return size() > MOST;
    }
  }

  private static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof NotFoundException e) {
      throw Listing.<RuntimeException>undeclared(pathNotFound(e));
    }
    if (cause instanceof IOException e) {
      return new UncheckedIOException(e.getMessage(), e);
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return (RuntimeException) cause;
  }

  /** Returns what Spark's file sources throw, so that their users catch it as they do there. */
  private static AnalysisException pathNotFound(NotFoundException cause) {
    String path = "%s (%s)".formatted(cause.failure().location(), cause.failure().reason());
    return new AnalysisException(
        "PATH_NOT_FOUND",
        Map$.MODULE$.from(CollectionConverters.asScala(Map.of("path", path))),
        Option.apply(cause));
  }

  /** Scala declares no exceptions, and so Spark's interfaces let through none that are checked. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Exception> E undeclared(Exception exception) throws E {
    throw (E) exception;
  }
}
