package io.s3dlio.storage.s3;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * A multipart upload, one part in memory at a time. An object of less than a part that is completed
 * at once is put whole.
 */
final class SdkWriter implements ObjectWriter {
  private final SdkS3Store store;
  private final S3Client client;
  private final Location location;
  private final WriterOptions options;
  private final @Nullable ChecksumAlgorithm checksum;
  private final BufferLease memory;
  private final ByteBuffer part;
  private final List<CompletedPart> parts = new ArrayList<>();
  private @Nullable String uploadId;
  private long length;
  private boolean ended;

  SdkWriter(
      SdkS3Store store,
      S3Client client,
      Location location,
      WriterOptions options,
      int partSize,
      @Nullable ChecksumAlgorithm checksum) {
    this.store = store;
    this.client = client;
    this.location = location;
    this.options = options;
    this.checksum = checksum;
    this.memory = BufferPool.shared().acquire(partSize);
    this.part = memory.buffer();
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    requireOpen();
    while (chunk.hasRemaining()) {
      if (!part.hasRemaining()) {
        uploadPart();
      }
      int count = Math.min(chunk.remaining(), part.remaining());
      int limit = chunk.limit();
      part.put(chunk.limit(chunk.position() + count));
      chunk.limit(limit);
      length += count;
    }
  }

  private void uploadPart() throws IOException {
    part.flip();
    String id = begun();
    int number = parts.size() + 1;
    try {
      UploadPartResponse answer =
          client.uploadPart(
              upload ->
                  upload
                      .bucket(location.container())
                      .key(location.key())
                      .uploadId(id)
                      .partNumber(number)
                      .checksumAlgorithm(checksum),
              RequestBody.fromRemainingByteBuffer(part));
      parts.add(
          CompletedPart.builder()
              .partNumber(number)
              .eTag(answer.eTag())
              .checksumCRC32C(answer.checksumCRC32C())
              .build());
    } catch (SdkException e) {
      throw SdkErrors.of("put", location, e);
    }
    part.clear();
  }

  private String begun() throws IOException {
    String id = uploadId;
    if (id == null) {
      try {
        id =
            client
                .createMultipartUpload(
                    create ->
                        create
                            .bucket(location.container())
                            .key(location.key())
                            .checksumAlgorithm(checksum))
                .uploadId();
      } catch (SdkException e) {
        throw SdkErrors.of("put", location, e);
      }
      uploadId = id;
    }
    return id;
  }

  @Override
  public ObjectInfo complete() throws IOException {
    requireOpen();
    if (uploadId != null) {
      return ObjectWriter.super.complete();
    }
    ended = true;
    try {
      return store.put(location, part.flip(), options);
    } finally {
      memory.close();
    }
  }

  @Override
  public StagedObject stage() throws IOException {
    requireOpen();
    if (part.position() > 0) {
      uploadPart();
    }
    ended = true;
    memory.close();
    return new Staged(uploadId);
  }

  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      memory.close();
      if (uploadId != null) {
        abort(uploadId);
      }
    }
  }

  private void abort(String id) throws IOException {
    try {
      client.abortMultipartUpload(
          abort -> abort.bucket(location.container()).key(location.key()).uploadId(id));
    } catch (SdkException e) {
      throw SdkErrors.of("discard", location, e);
    }
  }

  private void requireOpen() throws StorageException {
    if (ended) {
      throw new StorageException(Failure.of("put", location, "the writer was closed"));
    }
  }

  /** An upload whose parts are all there; one of no bytes at all is put when it is completed. */
  private final class Staged implements StagedObject {
    private final @Nullable String id;
    private @Nullable ObjectInfo completed;
    private boolean aborted;

    Staged(@Nullable String id) {
      this.id = id;
    }

    @Override
    public Location location() {
      return location;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public ObjectInfo complete() throws IOException {
      if (aborted) {
        throw new StorageException(Failure.of("put", location, "it was discarded"));
      }
      ObjectInfo result = completed;
      if (result == null) {
        result = id == null ? store.put(location, ByteBuffer.allocate(0), options) : join(id);
        completed = result;
      }
      return result;
    }

    private ObjectInfo join(String upload) throws IOException {
      CompleteMultipartUploadRequest.Builder request =
          CompleteMultipartUploadRequest.builder()
              .bucket(location.container())
              .key(location.key())
              .uploadId(upload)
              .multipartUpload(all -> all.parts(parts));
      if (!options.replaceExisting()) {
        // Some servers refuse the condition by discarding the upload: look first.
        if (store.exists(location)) {
          throw new AlreadyExistsException(Failure.of("put", location, "it exists"));
        }
        request.ifNoneMatch("*");
      }
      try {
        client.completeMultipartUpload(request.build());
      } catch (SdkException e) {
        throw options.replaceExisting()
            ? SdkErrors.of("put", location, e)
            : SdkErrors.ofCreate(location, e);
      }
      return store.stat(location);
    }

    @Override
    public void abort() throws IOException {
      if (!aborted && completed == null) {
        aborted = true;
        if (id != null) {
          SdkWriter.this.abort(id);
        }
      }
    }
  }
}
