package io.s3dlio.storage.file;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What the tests of the local stores have in common. */
final class LocalTest {
  private LocalTest() {}

  static Location file(Path path) {
    return LocalFixture.location("file", path);
  }

  static Location direct(Path path) {
    return LocalFixture.location("direct", path);
  }

  static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  static ByteBuffer buffer(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  /** Returns page-aligned memory. */
  static ByteBuffer aligned(int length) {
    ByteBuffer memory = ByteBuffer.allocateDirect(length + 4096);
    return memory.slice(4096 - memory.alignmentOffset(0, 4096), length);
  }

  static byte[] bytes(ByteBuffer flipped) {
    byte[] bytes = new byte[flipped.remaining()];
    flipped.get(flipped.position(), bytes);
    return bytes;
  }

  static byte[] read(ObjectStore store, ObjectInfo object) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(Math.toIntExact(object.length()));
    store.read(ReadRequest.of(object, 0, target));
    return bytes(target.flip());
  }

  /** Returns the names below a directory, as far as they are listed. */
  static List<String> list(ObjectStore store, Location prefix) throws IOException {
    List<String> keys = new ArrayList<>();
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        keys.add(listing.next().location().key().substring(prefix.key().length()));
      }
    }
    return keys;
  }

  /** Returns what really is in a directory. */
  static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }
}
