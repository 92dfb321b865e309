package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PriorObjectsTest {
  private final Path dir;
  private final WriteJob job;

  PriorObjectsTest(@TempDir Path dir) {
    this.dir = dir;
    this.job =
        WriteJob.of(
            "job-1",
            Location.parse(dir + "/"),
            OnExisting.OVERWRITE,
            ResolvedOptions.forWrite(Map.of(), Map.of()));
  }

  @Test
  void moreThanABatchIsDeleted() throws IOException {
    for (int i = 0; i < 2500; i++) {
      Files.createFile(dir.resolve("old" + i));
    }
    Files.createFile(dir.resolve("new"));
    NameSet written = new NameSet(1);
    written.add("new");

    try (ObjectStore store = job.openStore()) {
      new PriorObjects(store, job).delete(written);
    }

    assertThat(WrittenFiles.names(dir)).containsExactly("new");
  }

  @Test
  void whatCannotBeDeletedIsNamedAfterAllElseIsGone() throws IOException {
    Files.createFile(dir.resolve("locked"));
    Files.createFile(dir.resolve("old"));

    try (ObjectStore store = new Locking(job.openStore(), "/locked")) {
      assertThatThrownBy(() -> new PriorObjects(store, job).delete(new NameSet(0)))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("Cannot overwrite file://" + dir + "/: the new objects")
          .hasMessageContaining("1 of the old objects are still there")
          .hasMessageContaining("/locked: it is locked");
    }

    assertThat(WrittenFiles.names(dir)).containsExactly("locked");
  }

  /** A store that does not delete one key. */
  private record Locking(ObjectStore store, String suffix) implements ObjectStore {
    @Override
    public void deleteBatch(Collection<Location> locations) throws IOException {
      store.deleteBatch(locations.stream().filter(location -> !isLocked(location)).toList());
      for (Location location : locations) {
        if (isLocked(location)) {
          throw new BatchDeleteException(
              Map.of(
                  location,
                  new AccessDeniedException(Failure.of("delete", location, "it is locked"))));
        }
      }
    }

    private boolean isLocked(Location location) {
      return location.key().endsWith(suffix);
    }

    @Override
    public ObjectInfo stat(Location location) throws IOException {
      return store.stat(location);
    }

    @Override
    public void read(ReadRequest request) throws IOException {
      store.read(request);
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) throws IOException {
      return store.list(prefix, options);
    }

    @Override
    public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
        throws IOException {
      return store.put(location, content, options);
    }

    @Override
    public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
      return store.createWriter(location, options);
    }

    @Override
    public void delete(Location location) throws IOException {
      store.delete(location);
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
