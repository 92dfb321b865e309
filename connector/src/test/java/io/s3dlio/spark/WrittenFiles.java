package io.s3dlio.spark;

import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.Manifests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a write left in a local directory, looked at without the code that wrote it. */
public final class WrittenFiles {
  private WrittenFiles() {}

  /** Returns the names of all files, hidden ones too, in order. */
  public static List<String> names(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> dir.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Returns the files that reads see, by name. */
  public static SortedMap<String, ByteBuffer> objects(Path dir) throws IOException {
    SortedMap<String, ByteBuffer> objects = new TreeMap<>();
    for (String name : names(dir)) {
      if (Stream.of(name.split("/")).noneMatch(part -> part.matches("[._].*"))) {
        objects.put(name, ByteBuffer.wrap(Files.readAllBytes(dir.resolve(name))));
      }
    }
    return objects;
  }

  /** Returns the hidden files that are neither {@code _SUCCESS} nor a manifest's. */
  public static List<String> remains(Path dir) throws IOException {
    return names(dir).stream()
        .filter(name -> Stream.of(name.split("/")).anyMatch(part -> part.matches("[._].*")))
        .filter(name -> !name.equals("_SUCCESS") && !name.startsWith(Manifest.FOLDER))
        .toList();
  }

  /** Returns the bytes of a synthetic object. */
  public static ByteBuffer generated(long seed, long index, int size, ObjectType type) {
    return generated(seed, index, size, type, Payload.DEFAULT);
  }

  /** Returns what a generated object holds. */
  public static ByteBuffer generated(
      long seed, long index, int size, ObjectType type, Payload payload) {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    new ObjectSpec(index, "any", size, type, payload).source(seed).fill(0, bytes);
    return bytes.flip();
  }

  /** Returns the manifests in a directory, oldest first. */
  public static List<Manifest> manifests(Path dir) throws IOException {
    try (ObjectStore store = ObjectStores.forUri(dir.toString())) {
      return Manifests.find(store, Location.parse(dir + "/"));
    }
  }

  /** Returns what a manifest names. */
  public static List<ManifestEntry> entries(Path dir, Manifest manifest) throws IOException {
    List<ManifestEntry> entries = new ArrayList<>();
    try (ObjectStore store = ObjectStores.forUri(dir.toString())) {
      for (Manifest.Shard shard : manifest.shards()) {
        try (Manifests.Entries shardEntries =
            Manifests.entries(store, Location.parse(dir + "/"), shard)) {
          shardEntries.forEachRemaining(entries::add);
        }
      }
    }
    return entries;
  }
}
