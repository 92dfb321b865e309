package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.Location;
import java.io.IOException;

/**
 * An item that a stream left out.
 *
 * @param index its number in the data set
 * @param location the object
 * @param cause why it could not be read
 */
public record LoadFailure(long index, Location location, IOException cause) {
  public LoadFailure {
    requireNonNull(location, "location is null");
    requireNonNull(cause, "cause is null");
  }
}
