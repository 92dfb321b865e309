package io.s3dlio.spark.read;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Takes objects that somebody names. One of which not all is known is asked for, many at the same
 * time, and must be the one that was named. For one thread.
 */
final class NamedObjects {
  /** How many are asked for at a time. */
  static final int CHUNK = 10_000;

  private final NamedPaths named;
  private final Sink sink;
  private final List<Named> chunk = new ArrayList<>();

  /** Takes the objects, in the order in which they were named. */
  interface Sink {
    /**
     * @param path the path of the load that it is at or below
     * @param sum the CRC-32C of its bytes, if it is said: of each object, or of none
     */
    void add(ObjectInfo object, Location path, OptionalInt sum) throws IOException;
  }

  /**
   * What is said of an object.
   *
   * @param where it is said
   * @param path the path of the load that it is at or below
   * @param etag empty if nothing is said
   * @param known all of it, if all is said
   * @param sum the CRC-32C of its bytes, if it is said
   */
  record Named(
      String where,
      Location location,
      Location path,
      OptionalLong length,
      String etag,
      Optional<ObjectInfo> known,
      OptionalInt sum) {
    /** Nothing is said of its bytes. */
    Named(
        String where,
        Location location,
        Location path,
        OptionalLong length,
        String etag,
        Optional<ObjectInfo> known) {
      this(where, location, path, length, etag, known, OptionalInt.empty());
    }
  }

  NamedObjects(NamedPaths named, Sink sink) {
    this.named = named;
    this.sink = sink;
  }

  void add(Named object) throws IOException {
    chunk.add(object);
    if (chunk.size() == CHUNK) {
      flush();
    }
  }

  /** Asks for what was not asked for yet. */
  void flush() throws IOException {
    List<Location> asked =
        chunk.stream().filter(each -> each.known().isEmpty()).map(Named::location).toList();
    List<ReadRoot> found = asked.isEmpty() ? List.of() : named.find(asked);
    int next = 0;
    for (Named each : chunk) {
      ObjectInfo object =
          each.known().isPresent() ? each.known().get() : checked(each, found.get(next++));
      sink.add(object, each.path(), each.sum());
    }
    chunk.clear();
  }

  private static ObjectInfo checked(Named said, ReadRoot found) throws IOException {
    ObjectInfo object = found.object();
    if (object == null) {
      throw new NotFoundException(
          Failure.of(
              "read", said.location(), "%s names it, and it is no object".formatted(said.where())));
    }
    if (said.length().isPresent() && said.length().getAsLong() != object.length()) {
      throw new ObjectChangedException(
          Failure.of(
              "read",
              said.location(),
              "it has %d bytes and %s says %d"
                  .formatted(object.length(), said.where(), said.length().getAsLong())));
    }
    if (!said.etag().isEmpty() && !said.etag().equals(object.etag())) {
      throw new ObjectChangedException(
          Failure.of(
              "read",
              said.location(),
              "its version is '%s' and %s says '%s'"
                  .formatted(object.etag(), said.where(), said.etag())));
    }
    return object;
  }
}
