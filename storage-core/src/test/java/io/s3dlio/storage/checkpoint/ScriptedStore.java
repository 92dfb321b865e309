package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/** A store of which a script sees every operation before and after its effect. */
final class ScriptedStore implements ObjectStore {
  private final ObjectStore store;
  private final Script script;

  /** May throw. */
  @FunctionalInterface
  interface Script {
    void at(String operation, Location location, boolean done) throws IOException;
  }

  @FunctionalInterface
  private interface Effect<T> {
    T run() throws IOException;
  }

  ScriptedStore(ObjectStore store, Script script) {
    this.store = store;
    this.script = script;
  }

  private <T> T scripted(String operation, Location location, Effect<T> effect) throws IOException {
    script.at(operation, location, false);
    T result = effect.run();
    script.at(operation, location, true);
    return result;
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    return scripted("stat", location, () -> store.stat(location));
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    scripted(
        "read",
        request.location(),
        () -> {
          store.read(request);
          return true;
        });
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) throws IOException {
    return scripted("list", prefix, () -> store.list(prefix, options));
  }

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    return scripted("put", location, () -> store.putBytes(location, content, options));
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
    ObjectWriter writer = scripted("create", location, () -> store.openWriter(location, options));
    return new ObjectWriter() {
      @Override
      public void write(ByteBuffer chunk) throws IOException {
        scripted(
            "write",
            location,
            () -> {
              writer.write(chunk);
              return true;
            });
      }

      @Override
      public StagedObject stage() throws IOException {
        return scripted("stage", location, writer::stage);
      }

      @Override
      public ObjectInfo complete() throws IOException {
        return scripted("complete", location, writer::complete);
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  @Override
  public void delete(Location location) throws IOException {
    scripted(
        "delete",
        location,
        () -> {
          store.delete(location);
          return true;
        });
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    for (Location location : locations) {
      delete(location);
    }
  }

  @Override
  public void close() {}
}
