package io.s3dlio.storage.cloud;

import io.s3dlio.storage.StorageException;

/**
 * What an unsuccessful answer means.
 *
 * @param exception what the operation fails with
 * @param remedy what may be done before it does
 */
public record Meaning(StorageException exception, Remedy remedy) {}
