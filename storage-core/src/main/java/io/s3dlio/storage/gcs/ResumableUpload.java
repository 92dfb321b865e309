package io.s3dlio.storage.gcs;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.cloud.Attempts;
import io.s3dlio.storage.cloud.CloudReads;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadedPart;
import io.s3dlio.storage.cloud.WriteCondition;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A resumable upload: one session, to which an object's bytes go in their order. The server takes
 * multiples of 256 KiB until the last bytes come, so that what a part has beyond one waits for the
 * next part. Whenever it is not known how much the server has, it is asked, and goes on from there.
 *
 * <p>Parts are sent one after the other ({@link GcsUploads#isSequential}).
 */
final class ResumableUpload implements Upload {
  private static final int UNIT = 256 << 10;
  private static final String UNKNOWN = "*";
  private static final String FIRST_BYTE = "bytes=0-";
  private static final int CLIENT_CLOSED = 499;
  private static final int NOT_FOUND = 404;
  private static final int GONE = 410;

  private final GcsStore store;
  private final GcsClient client;
  private final ObjectSum sum;
  private final Location location;
  private final WriteCondition condition;

  /** Marks the object, so that it is known again. */
  private final String id;

  /** The query of the session's requests. Who knows it may write, so no failure shows it. */
  private final String session;

  private int parts;
  private long sent;
  private String whole = "";
  private ByteBuffer rest = ByteBuffer.allocate(0);

  /** Bytes of the object, from one offset on, that the server may not have yet. */
  private record Chunk(long offset, List<ByteBuffer> buffers, long length) {
    static Chunk of(long offset, List<ByteBuffer> buffers) {
      return new Chunk(offset, buffers, buffers.stream().mapToLong(ByteBuffer::remaining).sum());
    }

    long end() {
      return offset + length;
    }

    /** Returns what is left once the server has all before an offset. */
    Chunk from(long position) {
      List<ByteBuffer> left = new ArrayList<>();
      long skip = position - offset;
      for (ByteBuffer buffer : buffers) {
        int passed = (int) Math.min(skip, buffer.remaining());
        skip -= passed;
        if (passed < buffer.remaining()) {
          left.add(buffer.slice(buffer.position() + passed, buffer.remaining() - passed));
        }
      }
      return new Chunk(position, left, end() - position);
    }
  }

  /** What a session says of itself: it has the bytes before an offset, or has become an object. */
  private record State(long persisted, Optional<GcsObject> object) {}

  private ResumableUpload(
      GcsStore store,
      GcsClient client,
      ObjectSum sum,
      Location location,
      WriteCondition condition,
      String id,
      String session) {
    this.store = store;
    this.client = client;
    this.sum = sum;
    this.location = location;
    this.condition = condition;
    this.id = id;
    this.session = session;
  }

  /** Begins a session. */
  static ResumableUpload begin(
      GcsStore store, GcsClient client, ObjectSum sum, Location location, WriteCondition condition)
      throws IOException {
    String id = UUID.randomUUID().toString();
    CloudRequest begin =
        GcsRequests.upload(
            location,
            "resumable",
            GcsRequests.parameter(condition, location),
            List.of("Content-Type", "application/json"),
            List.of(ByteBuffer.wrap(GcsJson.metadata(location.key(), ObjectSum.NONE, id))));
    HttpResponse answer;
    try {
      answer = client.retrying(begin);
    } catch (StorageException e) {
      throw condition.isRefused(e) ? condition.refusal(location, e) : e;
    }
    String uri = answer.headers().first("Location").orElse("");
    String session = uri.substring(uri.indexOf('?') + 1);
    if (!session.startsWith("uploadType=resumable&") || !session.contains("upload_id=")) {
      throw new StorageException(
          Failure.of("put", location, "the server's answer names no session of an upload"));
    }
    return new ResumableUpload(store, client, sum, location, condition, id, session);
  }

  @Override
  public UploadedPart send(int number, ByteBuffer content) throws IOException {
    if (number != ++parts) {
      throw new IllegalStateException(
          "Part %d of %s comes out of turn".formatted(number, location));
    }
    sum.add(content);
    long ready = (long) rest.remaining() + content.remaining();
    int kept = (int) (ready % UNIT);
    if (ready < UNIT) {
      rest = joined(rest, content);
    } else {
      int taken = content.remaining() - kept;
      Chunk chunk = Chunk.of(sent, List.of(rest, content.slice(content.position(), taken)));
      transmit(chunk, UNKNOWN);
      sent = chunk.end();
      rest = joined(ByteBuffer.allocate(0), content.slice(content.position() + taken, kept));
    }
    return new UploadedPart(number, "", content.remaining(), 0);
  }

  private static ByteBuffer joined(ByteBuffer first, ByteBuffer second) {
    return ByteBuffer.allocate(first.remaining() + second.remaining())
        .put(first.duplicate())
        .put(second.duplicate())
        .flip();
  }

  @Override
  public ObjectInfo complete(List<UploadedPart> all, long length) throws IOException {
    Chunk last = Chunk.of(sent, List.of(rest));
    if (last.end() != length) {
      throw new IllegalStateException("An upload of %s misses parts".formatted(location));
    }
    if (whole.isEmpty()) {
      whole = sum.base64();
    }
    GcsObject written;
    try {
      written = finish(last);
    } catch (StorageException e) {
      written = settled(e);
    }
    requireEqual(written, length);
    return written.at(location);
  }

  private GcsObject finish(Chunk last) throws IOException {
    return transmit(last, String.valueOf(last.end()))
        .orElseThrow(() -> new IllegalStateException("Only the last bytes end an upload"));
  }

  /** Returns what a session has become that is known no more. */
  private GcsObject settled(StorageException e) throws IOException {
    int status = e.failure().status();
    boolean refused = condition.isRefused(e);
    if (refused || status == NOT_FOUND || status == GONE) {
      Optional<GcsObject> ours = store.oursAtLast(location, id);
      if (ours.isPresent()) {
        return ours.get();
      }
    }
    throw refused ? condition.refusal(location, e) : e;
  }

  /** What is wrong is taken back, for everybody sees it. */
  private void requireEqual(GcsObject written, long length) throws IOException {
    String kept = sum.kept(written);
    if (written.size() == length && (kept.isEmpty() || kept.equals(whole))) {
      return;
    }
    CorruptException failure =
        GcsFailures.corrupt(
            location,
            "%d bytes with the sum '%s'".formatted(written.size(), kept),
            "%d bytes with '%s' were".formatted(length, whole));
    try {
      store.delete(location, written.generation());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    throw failure;
  }

  /**
   * Sends bytes until the server has them all. After a failure it is asked how many it has.
   *
   * @param total how many bytes the object has, which ends the upload; an asterisk for more to come
   * @return the object, if the upload has ended
   */
  private Optional<GcsObject> transmit(Chunk chunk, String total) throws IOException {
    boolean last = !total.equals(UNKNOWN);
    Attempts attempts = client.attempts();
    Chunk left = chunk;
    boolean asks = false;
    while (true) {
      try {
        State state = client.once(put(left, total, asks), ResumableUpload::state, attempts);
        if (state.object().isPresent()) {
          return requireLast(last, state.object());
        }
        requireWithin(left, state.persisted());
        if (state.persisted() == chunk.end() && !last) {
          return Optional.empty();
        }
        boolean stands = state.persisted() == left.offset() && !asks;
        left = left.from(state.persisted());
        asks = false;
        if (stands) {
          throw new UnavailableException(
              Failure.of("put", location, "the server has kept none of the bytes that it got"));
        }
      } catch (StorageException e) {
        attempts.failed(e);
        asks = true;
      }
    }
  }

  private CloudRequest put(Chunk left, String total, boolean asks) {
    List<ByteBuffer> body = asks ? List.of() : left.buffers();
    String range = asks || left.length() == 0 ? "*" : left.offset() + "-" + (left.end() - 1);
    List<String> fields = new ArrayList<>();
    fields.addAll(List.of("Content-Range", "bytes " + range + "/" + total));
    if (!total.equals(UNKNOWN) && sum.isTaken()) {
      fields.addAll(List.of("X-Goog-Hash", sum.header(whole)));
    }
    return new CloudRequest("put", location, "PUT", "", session, fields, body);
  }

  private static State state(HttpResponse answer) throws IOException {
    if (answer.status() != GcsClient.RESUME) {
      return new State(0, Optional.of(GcsJson.object(answer.body())));
    }
    String range = answer.headers().first("Range").orElse("");
    if (range.isEmpty()) {
      return new State(0, Optional.empty());
    }
    long end =
        range.startsWith(FIRST_BYTE) ? CloudReads.length(range.substring(FIRST_BYTE.length())) : -1;
    if (end < 0) {
      throw new IOException("the answer's range is none");
    }
    return new State(end + 1, Optional.empty());
  }

  private Optional<GcsObject> requireLast(boolean last, Optional<GcsObject> object)
      throws StorageException {
    if (!last) {
      throw new StorageException(
          Failure.of("put", location, "the server has ended the upload before its last bytes"));
    }
    return object;
  }

  /** What came before is not here any more to be sent again. */
  private void requireWithin(Chunk left, long persisted) throws StorageException {
    if (persisted < left.offset() || persisted > left.end()) {
      throw new StorageException(
          Failure.of(
                  "put",
                  location,
                  "the server has %d bytes, of the %d that it said it had and %d more"
                      .formatted(persisted, left.offset(), left.length()))
              .withRemedy("Write it again"));
    }
  }

  @Override
  public void abort() throws IOException {
    CloudRequest end =
        new CloudRequest("discard", location, "DELETE", "", session, List.of(), List.of());
    try {
      client.retrying(end);
    } catch (StorageException e) {
      // The first is what the server says when it has done it.
      int status = e.failure().status();
      if (status != CLIENT_CLOSED && status != NOT_FOUND && status != GONE) {
        throw e;
      }
    }
  }
}
