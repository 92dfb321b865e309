package io.s3dlio.storage.file;

import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameSync;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What both local stores do alike: all but moving the bytes. Holds nothing open between calls. */
abstract class LocalStore implements ObjectStore, UnfinishedWrites, NameSync {
  private final String scheme;
  private final FileSource.Opener sources;
  private final FileSink.Opener sinks;
  private final DirectorySync directories;

  LocalStore(
      String scheme, FileSource.Opener sources, FileSink.Opener sinks, DirectorySync directories) {
    this.scheme = scheme;
    this.sources = sources;
    this.sinks = sinks;
    this.directories = directories;
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    Path path = existing("stat", location);
    return FileVersion.info(location, file("stat", location, path));
  }

  /**
   * Reads, then looks whether that was the version that was asked for: only then the bytes count.
   * So a read costs one look at the file, not two.
   */
  @Override
  public void read(ReadRequest request) throws IOException {
    Location location = request.location();
    String etag = request.etag();
    ByteBuffer target = request.target();
    Path path = existing("read", location);
    long length = FileVersion.size(etag);
    if (etag.isEmpty() || !target.hasRemaining()) {
      // Not knowing what is there: opening a pipe would never return.
      FileVersion version = FileVersion.of(file("read", location, path));
      requireVersion(request, version);
      length = version.size();
    }
    if (!target.hasRemaining()) {
      requireInside(request, length);
      return;
    }
    try (FileSource source = sources.open(path, request.offset(), target.remaining(), length)) {
      int start = target.position();
      source.read(request.offset(), target);
      if (!etag.isEmpty() || target.hasRemaining()) {
        check(request, start, source);
      }
    } catch (IOException e) {
      throw FileErrors.reading("read", location, path, e);
    }
  }

  /** Takes all of the target back for the while: it counts for nothing if this fails. */
  private static void check(ReadRequest request, int start, FileSource source) throws IOException {
    ByteBuffer target = request.target();
    int reached = target.position();
    target.position(start);
    FileVersion version = source.version();
    requireVersion(request, version);
    target.position(reached);
    if (target.hasRemaining()) {
      throw truncated(request, start, version.size());
    }
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) {
    requireScheme(prefix);
    return new LocalListing(prefix, options, name -> !TempNames.isKept(name));
  }

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    Path path = creatable(location);
    // Spares writing it all; whether the name is free is decided when it is given.
    if (!options.replaceExisting() && Files.isRegularFile(path)) {
      throw FileErrors.alreadyExists("put", location, null);
    }
    if (!options.ifMatch().isEmpty()) {
      FileVersion.requireAt(location, path, options.ifMatch());
    }
    try (ObjectWriter writer = new LocalWriter(location, path, options, sinks, directories)) {
      writer.write(content);
      return writer.complete();
    }
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
    return new LocalWriter(location, creatable(location), options, sinks, directories);
  }

  /** Directories, pipes and dangling links are no objects, so there is nothing to delete. */
  @Override
  public void delete(Location location) throws IOException {
    requireScheme(location);
    remove(location);
    syncDirectoriesOf(List.of(location));
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    locations.forEach(this::requireScheme);
    Map<Location, StorageException> failures = new LinkedHashMap<>();
    for (Location location : locations) {
      try {
        remove(location);
      } catch (StorageException e) {
        failures.put(location, e);
      }
    }
    syncDirectoriesOf(locations);
    if (!failures.isEmpty()) {
      throw new BatchDeleteException(failures);
    }
  }

  private static void remove(Location location) throws IOException {
    if (location.isPrefix()) {
      return;
    }
    Path path = LocalPaths.of("delete", location);
    try {
      file("delete", location, path);
      Files.deleteIfExists(path);
    } catch (NotFoundException e) {
      // Deleting what is not there succeeds.
    } catch (IOException e) {
      throw FileErrors.other("delete", location, e);
    }
  }

  /** Also where nothing was deleted: whoever did it before may have been killed. */
  private void syncDirectoriesOf(Collection<Location> deleted) throws IOException {
    Map<Path, Location> byDirectory = new LinkedHashMap<>();
    for (Location location : deleted) {
      Path directory = LocalPaths.of("delete", location).getParent();
      if (directory != null) {
        byDirectory.put(directory, location);
      }
    }
    for (Map.Entry<Path, Location> directory : byDirectory.entrySet()) {
      try {
        directories.sync(directory.getKey());
      } catch (IOException e) {
        throw FileErrors.other("delete", directory.getValue(), e);
      }
    }
  }

  @Override
  public void syncNames(Set<Location> prefixes) throws IOException {
    Set<Path> synced = new HashSet<>();
    for (Location prefix : prefixes) {
      requireScheme(prefix);
      try {
        directories.syncWithAncestors(LocalPaths.of("sync", prefix.asPrefix()), synced);
      } catch (IOException e) {
        throw FileErrors.other("sync", prefix, e);
      }
    }
  }

  /**
   * A writer's temporary files lie in the directories of its objects and do not tell their names.
   * So a prefix that ends within a name covers the directories that begin so, and not the files
   * beside them.
   *
   * <p>Files of any writer go too if nobody had written to them for a week when this one began:
   * whoever is killed removes nothing.
   */
  @Override
  public long abortUnfinished(
      Location prefix, String writerId, Instant startedAt, Ownership ownership) throws IOException {
    requireScheme(prefix);
    return new UnfinishedFiles(prefix, writerId, startedAt).remove();
  }

  @Override
  public void close() {}

  private Path existing(String operation, Location location) throws StorageException {
    requireScheme(location);
    if (location.isPrefix()) {
      throw new NotFoundException(
          Failure.of(operation, location, "a key that is empty or ends with a slash is a prefix"));
    }
    return LocalPaths.of(operation, location);
  }

  private Path creatable(Location location) throws StorageException {
    requireScheme(location);
    if (location.isPrefix()) {
      throw new StorageException(
          Failure.of("put", location, "a key that is empty or ends with a slash is a prefix")
              .withRemedy("Name an object"));
    }
    if (TempNames.isKept(location.name())) {
      throw new StorageException(
          Failure.of("put", location, "such names are kept for writes under way")
              .withRemedy("Choose another key"));
    }
    return LocalPaths.of("put", location);
  }

  private void requireScheme(Location location) {
    if (!location.scheme().equals(scheme)) {
      throw new IllegalArgumentException(
          "Invalid location: %s (this store has %s:// alone)".formatted(location, scheme));
    }
  }

  private static void requireVersion(ReadRequest request, FileVersion version)
      throws ObjectChangedException {
    if (!request.etag().isEmpty() && !request.etag().equals(version.etag())) {
      throw new ObjectChangedException(
          Failure.of("read", request.location(), "it was written again since it was listed")
              .withRemedy("List it again"));
    }
  }

  private static BasicFileAttributes file(String operation, Location location, Path path)
      throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      throw FileErrors.reading(operation, location, path, e);
    }
    if (!attributes.isRegularFile()) {
      throw new NotFoundException(
          Failure.of(
              operation,
              location,
              attributes.isDirectory() ? "it is a directory" : "it is not a regular file"));
    }
    return attributes;
  }

  private static void requireInside(ReadRequest request, long length) throws TruncatedException {
    if (request.offset() > length) {
      throw truncated(request, request.target().position(), length);
    }
  }

  private static TruncatedException truncated(ReadRequest request, int start, long length) {
    long end = request.offset() + request.target().limit() - start;
    return new TruncatedException(
        Failure.of(
            "read",
            request.location(),
            "the range ends at byte %d, the object at byte %d".formatted(end, length)));
  }
}
