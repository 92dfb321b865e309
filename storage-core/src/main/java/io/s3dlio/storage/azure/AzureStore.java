package io.s3dlio.storage.azure;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.checksum.Crc64;
import io.s3dlio.storage.cloud.Attempts;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.cloud.CloudClient;
import io.s3dlio.storage.cloud.CloudReads;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.PagedListing;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.cloud.PartWriter;
import io.s3dlio.storage.cloud.RangeCheck;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.cloud.WriteCondition;
import io.s3dlio.storage.transport.HeadCheck;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Azure Blob Storage, over connections of our own: the bytes of an object move between the socket
 * and the caller's buffer, and nowhere else.
 *
 * <p>A read is tried once here, for the range engine tries again from the byte it reached; every
 * other operation is tried again here.
 */
final class AzureStore implements ObjectStore, BatchDelete.Server {
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final AzureClient client;
  private final AzureConfig config;
  private final UploadThreads threads;
  private final PartPlan parts;

  AzureStore(AzureClient client, AzureConfig config, UploadThreads threads) {
    this.client = client;
    this.config = config;
    this.threads = threads;
    this.parts = config.parts();
  }

  // ---- reading

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    return stat("stat", location);
  }

  private ObjectInfo stat(String operation, Location location) throws IOException {
    return info(operation, location, head(operation, location));
  }

  HttpHeaders head(String operation, Location location) throws IOException {
    AzureNames.requireObject(operation, location);
    return client.retrying(CloudRequest.of(operation, location, "HEAD", "", List.of())).headers();
  }

  static ObjectInfo info(String operation, Location location, HttpHeaders headers)
      throws StorageException {
    Optional<Instant> time = headers.first("Last-Modified").flatMap(CloudClient::time);
    long length = headers.first("Content-Length").map(CloudReads::length).orElse(-1L);
    if (time.isEmpty() || length < 0) {
      throw new StorageException(
          Failure.of(operation, location, "the answer tells no length or no time"));
    }
    if (isFolder(headers)) {
      throw new NotFoundException(
          Failure.of(operation, location, "it is a directory of a hierarchical account"));
    }
    return new ObjectInfo(
        location, length, time.get(), Etags.unquoted(headers.first("ETag").orElse("")));
  }

  private static boolean isFolder(HttpHeaders headers) {
    return headers.first("x-ms-resource-type").orElse("").equals("directory")
        || headers.first("x-ms-meta-hdi_isfolder").orElse("").equalsIgnoreCase("true");
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    Location location = request.location();
    AzureNames.requireObject("read", location);
    ByteBuffer target = request.target();
    if (!target.hasRemaining()) {
      CloudReads.ofNothing(request, stat("read", location));
      return;
    }
    long end = request.offset() + target.remaining();
    List<String> fields = new ArrayList<>();
    // A range of an empty object is none.
    add(fields, "Range", "bytes=" + request.offset() + '-' + (end - 1));
    if (!request.etag().isEmpty()) {
      add(fields, "If-Match", Etags.quoted(request.etag()));
    }
    RangeCheck check = new RangeCheck(request, "");
    Attempts attempts = client.attempts();
    try {
      client.once(CloudRequest.of("read", location, "GET", "", fields), target, check, attempts);
    } catch (StorageException e) {
      if (e.failure().status() == RANGE_NOT_SATISFIABLE) {
        throw CloudReads.truncated(request, end, stat("read", location).length());
      }
      if (e.failure().status() == PRECONDITION_FAILED) {
        // No version is there either where there is no object.
        stat("read", location);
      }
      throw CloudClient.charged(e, attempts);
    }
    if (target.hasRemaining()) {
      throw end > check.objectLength()
          ? CloudReads.truncated(request, end, check.objectLength())
          : CloudClient.charged(CloudReads.cut(request, target.remaining()), attempts);
    }
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) throws IOException {
    AzureNames.requireAzure(prefix);
    return new PagedListing(new AzurePages(client), prefix, options);
  }

  // ---- writing

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    AzureNames.requireWritable(location);
    if (parts.putsInParts(content, options)) {
      return PartWriter.putInParts(this, location, content, parts, options);
    }
    WriteCondition condition = WriteCondition.of(options);
    List<String> fields = new ArrayList<>();
    add(fields, "x-ms-blob-type", "BlockBlob");
    add(fields, "Content-Type", "application/octet-stream");
    addChecksum(fields, content);
    condition.addTo(fields);
    CloudRequest put = CloudRequest.of("put", location, "PUT", "", fields).withBody(content);
    Attempts attempts = client.attempts();
    while (true) {
      try {
        HttpResponse answer = client.once(put, null, HeadCheck.NONE, attempts);
        ObjectInfo written = written(location, content.remaining(), answer.headers());
        content.position(content.limit());
        return written;
      } catch (StorageException e) {
        if (isRefused(condition, e)) {
          if (attempts.mayHaveWorked()) {
            Optional<ObjectInfo> ours = oursAtLast(location, content);
            if (ours.isPresent()) {
              content.position(content.limit());
              return ours.get();
            }
          }
          throw condition.refusal(location, e);
        }
        attempts.failed(e);
      }
    }
  }

  /** Adds the sum of a body. */
  void addChecksum(List<String> fields, ByteBuffer content) {
    if (config.checksum() == UploadChecksum.CRC64) {
      add(fields, "x-ms-content-crc64", base64(Crc64.of(content)));
    } else if (config.checksum() == UploadChecksum.MD5) {
      add(fields, "Content-MD5", md5(content));
    }
  }

  static boolean isRefused(WriteCondition condition, StorageException e) {
    return condition.isRefused(e) || (condition.isGiven() && e instanceof AlreadyExistsException);
  }

  /**
   * Returns what an attempt has written whose answer was lost; empty if another wrote there. The
   * server keeps an MD5 of what is put at once.
   */
  private Optional<ObjectInfo> oursAtLast(Location location, ByteBuffer content)
      throws IOException {
    HttpHeaders there;
    try {
      there = head("put", location);
    } catch (NotFoundException e) {
      return Optional.empty();
    }
    ObjectInfo object = info("put", location, there);
    boolean same = there.first("Content-MD5").orElse("").equals(md5(content));
    return object.length() == content.remaining() && same ? Optional.of(object) : Optional.empty();
  }

  static ObjectInfo written(Location location, long length, HttpHeaders answer) {
    Instant time = answer.first("Last-Modified").flatMap(CloudClient::time).orElseGet(Instant::now);
    return new ObjectInfo(location, length, time, Etags.unquoted(answer.first("ETag").orElse("")));
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
    AzureNames.requireWritable(location);
    return new PartWriter(
        this,
        () -> new BlockUpload(this, client, location, WriteCondition.of(options)),
        parts,
        threads,
        location,
        options);
  }

  /** Makes a container unless it is there. */
  void createContainer(String name) throws IOException {
    Location container = new Location("az", name, "");
    try {
      client.retrying(CloudRequest.of("create", container, "PUT", "restype=container", List.of()));
    } catch (StorageException e) {
      if (!e.failure().reason().startsWith("ContainerAlreadyExists")) {
        throw e;
      }
    }
  }

  // ---- deleting

  @Override
  public void delete(Location location) throws IOException {
    AzureNames.requireAzure(location);
    if (AzureNames.namesObject(location)) {
      try {
        client.retrying(
            CloudRequest.of("delete", location, "DELETE", "", AzureClient.WITH_SNAPSHOTS));
      } catch (StorageException e) {
        if (!AzureFailures.isAbsent(e)) {
          throw e;
        }
      }
    }
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    locations.forEach(AzureNames::requireAzure);
    BatchDelete.run(locations.stream().filter(AzureNames::namesObject).toList(), this);
  }

  @Override
  public int mostAtOnce() {
    return AzureBatch.MOST;
  }

  @Override
  public boolean canName(Location location) {
    return true;
  }

  @Override
  public BatchDelete.Told delete(List<Location> some) throws IOException {
    return client.deleteBatch(some);
  }

  @Override
  public void close() {}

  private static String base64(long crc64) {
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(crc64).array();
    return Base64.getEncoder().encodeToString(bytes);
  }

  static String md5(ByteBuffer content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(content.duplicate());
      return Base64.getEncoder().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK lacks MD5", e);
    }
  }

  static void add(List<String> fields, String name, String value) {
    fields.add(name);
    fields.add(value);
  }
}
