package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads datasets of an HDF5 object, as h5py writes them by default and with {@code
 * libver="latest"}. Of an object no more is read than what stands around its datasets, in pages of
 * 16 KiB, the last of which are kept, up to 1 MiB, and the elements that are asked for.
 * Thread-safe.
 */
public final class Hdf5Reader {
  private static final Hdf5Link ROOT = new Hdf5Link("/", Hdf5Link.Kind.HARD, 0);

  private final Hdf5File file;
  private final long root;

  /** The links of each group by its address. */
  private final Map<Long, Map<String, Hdf5Link>> groups;

  /** Whether there is a dataset at each address that a link leads to. */
  private final Map<Long, Boolean> isDataset;

  private final List<Hdf5Dataset> datasets;

  private Hdf5Reader(Hdf5Superblock superblock) {
    this.file = superblock.file();
    this.root = superblock.root();
    this.groups = new HashMap<>();
    this.isDataset = new HashMap<>();
    this.datasets = new ArrayList<>();
  }

  /**
   * Reads what groups and datasets an object has.
   *
   * @throws CorruptException if it is no HDF5 file, or is cut off or damaged there
   * @throws UnsupportedFormatException if the file is of a version that is not read, or has more
   *     than 262,144 links
   */
  public static Hdf5Reader open(ObjectReader reader, ObjectInfo object) throws IOException {
    Hdf5Reader opened = new Hdf5Reader(Hdf5Superblock.read(new SourceObject(reader, object)));
    opened.walk();
    return opened;
  }

  private record Group(String path, long address) {}

  /** Goes through all groups, each of them once, however many links lead to it. */
  private void walk() throws IOException {
    Hdf5File once = file.metered();
    Deque<Group> left = new ArrayDeque<>(List.of(new Group("", root)));
    if (!visit(once, root)) {
      throw file.object().corrupt(file.offset(root, 0), "the root is no group");
    }
    while (!left.isEmpty()) {
      Group group = left.pop();
      List<Group> below = new ArrayList<>();
      for (Hdf5Link link : groups.getOrDefault(group.address, Map.of()).values()) {
        if (link.kind() != Hdf5Link.Kind.HARD) {
          continue;
        }
        String path = group.path + link.name();
        boolean isNew = !isDataset.containsKey(link.address());
        boolean isGroup = visit(once, link.address());
        once.countName(path, once.fields(link.address(), 0));
        if (isGroup && isNew) {
          below.add(new Group(path + "/", link.address()));
        } else if (isDataset.getOrDefault(link.address(), false)) {
          datasets.add(new Hdf5Dataset(path, link));
        }
      }
      // The first of them next, so that datasets come in the order of their paths.
      for (int i = below.size() - 1; i >= 0; i--) {
        left.push(below.get(i));
      }
    }
  }

  /** Finds out what is at an address, once, and returns whether it is a group. */
  private boolean visit(Hdf5File once, long address) throws IOException {
    if (!isDataset.containsKey(address)) {
      Hdf5ObjectHeader header = Hdf5ObjectHeader.read(once, address);
      isDataset.put(address, header.isDataset());
      if (header.isGroup()) {
        groups.put(address, Hdf5Group.links(once, header));
      }
    }
    return groups.containsKey(address);
  }

  /**
   * Returns the datasets that hard links lead to, a group's own before those of the groups in it,
   * and in the order of their names; of a group that several links lead to those of the first.
   */
  public List<Hdf5Dataset> datasets() {
    return List.copyOf(datasets);
  }

  /**
   * Returns the dataset at a path, with or without a slash before; empty if nothing is there, or
   * something else. Where a soft or an external link is on the way, there is one, which cannot be
   * opened.
   */
  public Optional<Hdf5Dataset> dataset(String path) {
    String name = path.startsWith("/") ? path.substring(1) : path;
    Hdf5Link link = ROOT;
    long address = root;
    for (String step : name.split("/", -1)) {
      Hdf5Link next = groups.getOrDefault(address, Map.of()).get(step);
      if (next == null) {
        return Optional.empty();
      }
      link = next;
      if (link.kind() != Hdf5Link.Kind.HARD) {
        return Optional.of(new Hdf5Dataset(name, link));
      }
      address = link.address();
    }
    return isDataset.getOrDefault(address, false)
        ? Optional.of(new Hdf5Dataset(name, link))
        : Optional.empty();
  }

  /**
   * Reads what the object says of a dataset.
   *
   * @param dataset one of this reader's
   * @throws CorruptException if that is damaged, or its elements are not within the object
   * @throws UnsupportedFormatException if it is behind a soft or an external link, its elements are
   *     of a type that numpy has not or of variable length, or they are stored in a way that is not
   *     read
   */
  public ArrayReader open(Hdf5Dataset dataset) throws IOException {
    Hdf5Link link = dataset.link();
    if (link.kind() != Hdf5Link.Kind.HARD) {
      throw file.object()
          .unsupported(
              file.offset(0, 0),
              "%s leads through %s, which is %s link: only hard links are followed"
                  .formatted(
                      SourceObject.quote(dataset.name()),
                      SourceObject.quote(link.name()),
                      link.kind() == Hdf5Link.Kind.SOFT ? "a soft" : "an external"));
    }
    return Hdf5Array.open(file, Hdf5ObjectHeader.read(file, link.address()));
  }
}
