package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out whether a server honours If-Match when it writes, before an object depends on that: one
 * that ignores it would replace whatever is there and call it a success. It is asked, once for each
 * bucket, to replace an object that does not exist; if it makes one, that is deleted again. AWS is
 * known to honour it. Thread-safe.
 */
final class IfMatchProbe {
  /** An ETag as objects have it, of none. */
  private static final WriterOptions NEVER =
      WriterOptions.DEFAULT.withIfMatch("00000000000000000000000000000000");

  private final Server server;
  private final Set<String> putting = ConcurrentHashMap.newKeySet();
  private final Set<String> completing = ConcurrentHashMap.newKeySet();

  /** What is asked, without any probe. */
  interface Server {
    /** Returns whether it is AWS. */
    boolean isAws();

    /** Puts an object in one request. */
    void putAtOnce(Location location, ByteBuffer content, WriterOptions options) throws IOException;

    Upload begin(Location location, WriterOptions options) throws IOException;

    void delete(Location location) throws IOException;
  }

  IfMatchProbe(Server server) {
    this.server = server;
  }

  /**
   * @param location what is to be put
   * @throws StorageException if the server ignores If-Match
   */
  void requirePuts(Location location) throws IOException {
    if (mustAsk(location, putting)) {
      Location scratch = scratch(location);
      try {
        server.putAtOnce(scratch, ByteBuffer.allocate(0), NEVER);
      } catch (ObjectChangedException e) {
        putting.add(location.container());
        return;
      }
      throw ignored(location, scratch);
    }
  }

  /**
   * @param location whose upload is to be completed
   * @throws StorageException if the server ignores If-Match there
   */
  void requireCompletions(Location location) throws IOException {
    if (mustAsk(location, completing)) {
      Location scratch = scratch(location);
      Upload upload = server.begin(scratch, NEVER);
      try {
        UploadedPart part = upload.send(1, ByteBuffer.allocate(1));
        upload.complete(List.of(part), 1);
      } catch (ObjectChangedException e) {
        upload.abort();
        completing.add(location.container());
        return;
      } catch (IOException | RuntimeException e) {
        try {
          upload.abort();
        } catch (IOException | RuntimeException failedAbort) {
          e.addSuppressed(failedAbort);
        }
        throw e;
      }
      throw ignored(location, scratch);
    }
  }

  private boolean mustAsk(Location location, Set<String> known) {
    return !server.isAws() && !known.contains(location.container());
  }

  /** Beside the object, where whoever may write it may write, too. */
  private static Location scratch(Location location) {
    String key = location.key();
    String folder = key.substring(0, key.lastIndexOf('/') + 1);
    return location.withKey(folder + ".s3dlio-if-match-" + UUID.randomUUID());
  }

  private StorageException ignored(Location location, Location scratch) {
    StorageException failure =
        new StorageException(
            Failure.of(
                    "put",
                    location,
                    "only one version was to be replaced, and the server ignores If-Match: it"
                        + " replaces whatever is there")
                .withRemedy("Use a server that knows conditional writes"));
    try {
      server.delete(scratch);
    } catch (NotFoundException e) {
      // Nothing stays.
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
