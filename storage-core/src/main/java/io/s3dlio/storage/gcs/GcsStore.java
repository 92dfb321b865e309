package io.s3dlio.storage.gcs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.Attempts;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.cloud.CloudClient;
import io.s3dlio.storage.cloud.CloudFailures;
import io.s3dlio.storage.cloud.CloudReads;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.KeptSum;
import io.s3dlio.storage.cloud.PagedListing;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.cloud.PartWriter;
import io.s3dlio.storage.cloud.RangeCheck;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.cloud.VerifiedReader;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.cloud.WriteCondition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Google Cloud Storage, over connections of our own: the bytes of an object move between the socket
 * and the caller's buffer, and nowhere else. The generation of an object is its ETag.
 *
 * <p>A read is tried once here, for the range engine tries again from the byte it reached; every
 * other operation is tried again here.
 */
final class GcsStore
    implements ObjectStore, CutListings, VerifiedReader.Source, BatchDelete.Server {
  private static final String CRC32C = "crc32c=";
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final GcsClient client;
  private final GcsConfig config;
  private final UploadThreads threads;
  private final PartPlan parts;

  GcsStore(GcsClient client, GcsConfig config, UploadThreads threads) {
    this.client = client;
    this.config = config;
    this.threads = threads;
    // By "Quotas & limits": an object has 5 TiB; a resumable upload is cut as one likes.
    this.parts =
        new PartPlan(
            config.client().partSize(),
            config.client().partsInFlight(),
            Integer.MAX_VALUE,
            5L << 40);
  }

  // ---- reading

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    return object("stat", location).at(location);
  }

  /** Returns all that is known of an object. */
  GcsObject object(String operation, Location location) throws IOException {
    GcsNames.requireObject(operation, location);
    return client.retrying(
        GcsRequests.stat(operation, location), answer -> GcsJson.object(answer.body()));
  }

  @Override
  public ObjectReader reader() {
    return config.verifyRead() == VerifyRead.ALL ? new VerifiedReader(this) : this;
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    VerifiedReader.read(this, request, config.verifyRead());
  }

  @Override
  public KeptSum ask(ReadRequest request) throws IOException {
    GcsObject object = object("read", request.location());
    CloudReads.requireVersion(request, object.generation());
    return new KeptSum(object.size(), object.crc32c());
  }

  @Override
  public KeptSum get(ReadRequest request) throws IOException {
    Location location = request.location();
    GcsNames.requireObject("read", location);
    ByteBuffer target = request.target();
    if (!target.hasRemaining()) {
      return KeptSum.ofNothing(request, object("read", location).at(location));
    }
    long end = request.offset() + target.remaining();
    // What is stored compressed comes so: decompressed on the way it would have no ranges.
    List<String> fields =
        List.of("Range", "bytes=" + request.offset() + '-' + (end - 1), "Accept-Encoding", "gzip");
    String condition =
        GcsRequests.isGeneration(request.etag()) ? "&ifGenerationMatch=" + request.etag() : "";
    RangeCheck check = new RangeCheck(request, "X-Goog-Generation", "X-Goog-Hash");
    Attempts attempts = client.attempts();
    try {
      client.once(
          CloudRequest.of("read", location, "GET", "alt=media" + condition, fields),
          target,
          check,
          attempts);
    } catch (ObjectChangedException e) {
      // No object has no generation: it is told apart from another version.
      object("read", location);
      throw e;
    } catch (StorageException e) {
      if (e.failure().status() == RANGE_NOT_SATISFIABLE) {
        throw CloudReads.truncated(request, end, object("read", location).size());
      }
      throw CloudClient.charged(e, attempts);
    }
    if (target.hasRemaining()) {
      throw end > check.objectLength()
          ? CloudReads.truncated(request, end, check.objectLength())
          : CloudClient.charged(CloudReads.cut(request, target.remaining()), attempts);
    }
    boolean whole = request.offset() == 0 && end == check.objectLength();
    return new KeptSum(check.objectLength(), whole ? crc32c(check.checksum()) : "");
  }

  /** Takes it out of {@code crc32c=...,md5=...}. */
  private static String crc32c(String hashes) {
    int begin = hashes.indexOf(CRC32C);
    if (begin < 0) {
      return "";
    }
    int comma = hashes.indexOf(',', begin);
    return hashes.substring(begin + CRC32C.length(), comma < 0 ? hashes.length() : comma);
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) throws IOException {
    GcsNames.requireGcs(prefix);
    return new PagedListing(new GcsPages(client), prefix, options);
  }

  @Override
  public List<String> cuts(Location directory, String after) throws IOException {
    return PagedListing.cuts(new GcsPages(client), directory, after);
  }

  // ---- writing

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    GcsNames.requireWritable(location);
    if (parts.putsInParts(content, options)) {
      return PartWriter.putInParts(this, location, content, parts, options);
    }
    WriteCondition condition = WriteCondition.of(options);
    String id = condition.isGiven() ? UUID.randomUUID().toString() : "";
    GcsObject written = put(location, content, condition, id);
    content.position(content.limit());
    return written.at(location);
  }

  private GcsObject put(Location location, ByteBuffer content, WriteCondition condition, String id)
      throws IOException {
    CloudRequest put = putRequest(location, content, condition, id);
    Attempts attempts = client.attempts();
    while (true) {
      try {
        return client.once(put, answer -> GcsJson.object(answer.body()), attempts);
      } catch (StorageException e) {
        if (condition.isRefused(e)) {
          Optional<GcsObject> ours =
              attempts.mayHaveWorked() ? oursAtLast(location, id) : Optional.empty();
          if (ours.isPresent()) {
            return ours.get();
          }
          throw condition.refusal(location, e);
        }
        attempts.failed(e);
      }
    }
  }

  private CloudRequest putRequest(
      Location location, ByteBuffer content, WriteCondition condition, String id)
      throws StorageException {
    ObjectSum sum = ObjectSum.of(config.checksum());
    sum.add(content);
    String boundary = "s3dlio_" + UUID.randomUUID();
    String type = "application/octet-stream";
    List<ByteBuffer> body =
        List.of(
            ascii("--%s\r\nContent-Type: application/json\r\n\r\n".formatted(boundary)),
            ByteBuffer.wrap(GcsJson.metadata(location.key(), sum, id)),
            ascii("\r\n--%s\r\nContent-Type: %s\r\n\r\n".formatted(boundary, type)),
            content,
            ascii("\r\n--%s--\r\n".formatted(boundary)));
    return GcsRequests.upload(
        location,
        "multipart",
        GcsRequests.parameter(condition, location),
        List.of("Content-Type", "multipart/related; boundary=" + boundary),
        body);
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  /**
   * Returns what an attempt has written whose answer was lost; empty if another wrote there.
   *
   * @param id the mark that it has
   */
  Optional<GcsObject> oursAtLast(Location location, String id) throws IOException {
    try {
      GcsObject there = object("put", location);
      return there.uploadId().equals(id) ? Optional.of(there) : Optional.empty();
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
    GcsNames.requireWritable(location);
    return new PartWriter(
        this,
        new GcsUploads(this, client, config, location, WriteCondition.of(options)),
        parts,
        threads,
        location,
        options);
  }

  // ---- deleting

  @Override
  public void delete(Location location) throws IOException {
    delete(location, "");
  }

  /**
   * Deletes one version of an object, if it is there.
   *
   * @param generation empty for the live one
   */
  void delete(Location location, String generation) throws IOException {
    GcsNames.requireGcs(location);
    if (location.isPrefix()) {
      return;
    }
    GcsNames.requireName("delete", location);
    String query = generation.isEmpty() ? "" : "generation=" + generation;
    try {
      client.retrying(CloudRequest.of("delete", location, "DELETE", query, List.of()));
    } catch (NotFoundException e) {
      // Deleting what is not there succeeds; a missing bucket is another matter.
      if (CloudFailures.isContainerMissing(e)) {
        throw e;
      }
    }
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    BatchDelete.run(locations, this);
  }

  @Override
  public int mostAtOnce() {
    return GcsBatch.MOST;
  }

  @Override
  public boolean canName(Location location) {
    return GcsNames.isName(location.key());
  }

  @Override
  public BatchDelete.Told delete(List<Location> some) throws IOException {
    GcsBatch batch = new GcsBatch();
    for (Location location : some) {
      GcsNames.requireGcs(location);
      batch.add(location, client.billed(""));
    }
    CloudRequest request =
        GcsRequests.batch(some.get(0), List.of("Content-Type", batch.contentType()), batch.bytes());
    try {
      return client.retrying(request, answer -> GcsBatch.told(answer, some));
    } catch (NotFoundException e) {
      // A server without batches, which Google's is not: one after the other, then.
      return new BatchDelete.Told(Set.of(), Map.of());
    }
  }

  /** Keeps its connections: the next store of this configuration uses them ({@link GcsStores}). */
  @Override
  public void close() {}
}
