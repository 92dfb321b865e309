package io.s3dlio.storage;

/**
 * What every store promises: {@link ReadContract}, {@link ListContract}, {@link WriteContract} and
 * {@link DeleteContract}, each of which adds to the one before. A store's own test extends this and
 * brings a {@link Fixture}; what is particular to one store belongs in that test.
 */
public abstract class ObjectStoreContract extends DeleteContract {}
