package io.s3dlio.format;

/** A dataset of an HDF5 object by its name. */
public final class Hdf5Dataset {
  private final String name;
  private final Hdf5Link link;

  /**
   * @param name the names of the groups and its own, with slashes between
   * @param link the last of the links that lead to it; the first that leads nowhere, if there is
   *     such
   */
  Hdf5Dataset(String name, Hdf5Link link) {
    this.name = name;
    this.link = link;
  }

  /** Returns its path without a slash before, as {@code group/x}. */
  public String name() {
    return name;
  }

  Hdf5Link link() {
    return link;
  }

  @Override
  public String toString() {
    return name;
  }
}
