package io.s3dlio.storage.azure;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.Attempts;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadedPart;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.WriteCondition;
import io.s3dlio.storage.transport.HeadCheck;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An upload by blocks. Nothing is begun at the server: blocks that no list names are dropped after
 * a week, or when the object is written in another way.
 */
final class BlockUpload implements Upload {
  static final String ID_FIELD = "x-ms-meta-s3dlioupload";

  private final AzureStore store;
  private final AzureClient client;
  private final Location location;
  private final WriteCondition condition;

  /** Of this attempt alone, since blocks of all who write an object lie together. */
  private final String id = UUID.randomUUID().toString().replace("-", "");

  BlockUpload(AzureStore store, AzureClient client, Location location, WriteCondition condition) {
    this.store = store;
    this.client = client;
    this.location = location;
    this.condition = condition;
  }

  @Override
  public UploadedPart send(int number, ByteBuffer content) throws IOException {
    String block = block(number);
    List<String> fields = new ArrayList<>();
    store.addChecksum(fields, content);
    String query = "comp=block&blockid=" + UriText.parameter(block);
    client.retrying(CloudRequest.of("put", location, "PUT", query, fields).withBody(content));
    return new UploadedPart(number, block, content.remaining(), 0);
  }

  /** All ids of an object must have one length. */
  private String block(int number) {
    return Base64.getEncoder().encodeToString("%s-%05d".formatted(id, number).getBytes(US_ASCII));
  }

  @Override
  public ObjectInfo complete(List<UploadedPart> parts, long length) throws IOException {
    ByteBuffer list =
        AzureXml.blockList(
            parts.stream()
                .sorted(Comparator.comparingInt(UploadedPart::number))
                .map(UploadedPart::etag)
                .toList());
    List<String> fields = new ArrayList<>();
    AzureStore.add(fields, "x-ms-blob-content-type", "application/octet-stream");
    AzureStore.add(fields, ID_FIELD, id);
    AzureStore.add(fields, "Content-Type", "application/xml");
    store.addChecksum(fields, list);
    condition.addTo(fields);
    CloudRequest put =
        CloudRequest.of("put", location, "PUT", "comp=blocklist", fields).withBody(list);
    Attempts attempts = client.attempts();
    while (true) {
      try {
        HttpResponse answer = client.once(put, null, HeadCheck.NONE, attempts);
        return AzureStore.written(location, length, answer.headers());
      } catch (StorageException e) {
        if (attempts.mayHaveWorked()) {
          Optional<ObjectInfo> ours = oursAtLast();
          if (ours.isPresent()) {
            return ours.get();
          }
        }
        if (AzureStore.isRefused(condition, e)) {
          throw condition.refusal(location, e);
        }
        if (AzureFailures.lacksBlocks(e)) {
          // Whoever wrote meanwhile may have been in the way of the condition too.
          condition.requireHolds(store, location);
        }
        attempts.failed(e);
      }
    }
  }

  /** A list that was taken has used the blocks up: a second one finds none. */
  private Optional<ObjectInfo> oursAtLast() throws IOException {
    try {
      HttpHeaders there = store.head("put", location);
      return there.first(ID_FIELD).orElse("").equals(id)
          ? Optional.of(AzureStore.info("put", location, there))
          : Optional.empty();
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public void abort() {}
}
