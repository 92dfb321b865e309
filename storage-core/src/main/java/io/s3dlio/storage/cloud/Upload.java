package io.s3dlio.storage.cloud;

import io.s3dlio.storage.ObjectInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One upload in parts at the server. Parts may be sent by several threads, unless its {@link
 * Uploads#isSequential} say otherwise.
 */
public interface Upload {
  /** Sends a part, from the buffer's position to its limit. */
  UploadedPart send(int number, ByteBuffer content) throws IOException;

  /** Makes the object visible. */
  ObjectInfo complete(List<UploadedPart> parts, long length) throws IOException;

  /** Discards the upload and its parts. */
  void abort() throws IOException;
}
