package io.s3dlio.datagen;

/** What happens when there is already an object under a name that is to be written. */
public enum OnExisting {
  /** The job fails, unless the object is exactly the one that would be written. */
  ERROR,
  /** The object stays as it is. */
  SKIP,
  /** The object is replaced. */
  OVERWRITE
}
