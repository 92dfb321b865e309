package io.s3dlio.spark.config;

import io.s3dlio.storage.Location;

/** A split that tells what it reads. */
public interface SplitLocation {
  /** Returns the location with which those of all its objects begin, as text. */
  Location commonPrefix();
}
