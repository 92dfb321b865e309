package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** An HDF5 file in an object: where its addresses are, and how they are written. Thread-safe. */
final class Hdf5File {
  /** The address of what is not there. */
  static final long UNDEFINED = -1;

  /** The longest structure that is read, in bytes. */
  static final int MAX_STRUCTURE = 16 << 20;

  private static final long MAX_NAME_LENGTH = 16 << 20;

  private final Hdf5Pages pages;
  private final long base;
  private final int offsetSize;
  private final int lengthSize;
  private final Allowance allowance;

  /** What may be read and kept yet. */
  private record Allowance(AtomicLong bytes, AtomicLong links, AtomicLong nameLength) {
    Allowance(long bytes) {
      this(
          new AtomicLong(bytes),
          new AtomicLong(Hdf5Group.MAX_LINKS),
          new AtomicLong(MAX_NAME_LENGTH));
    }
  }

  /**
   * @param base where in the object the address 0 is
   * @param offsetSize how many bytes an address has
   * @param lengthSize how many bytes a length has
   */
  Hdf5File(Hdf5Pages pages, long base, int offsetSize, int lengthSize) {
    this(pages, base, offsetSize, lengthSize, new Allowance(Long.MAX_VALUE));
  }

  private Hdf5File(
      Hdf5Pages pages, long base, int offsetSize, int lengthSize, Allowance allowance) {
    this.pages = pages;
    this.base = base;
    this.offsetSize = offsetSize;
    this.lengthSize = lengthSize;
    this.allowance = allowance;
  }

  /**
   * Returns the same file for one who reads each structure once: more bytes than some times the
   * object's are refused, since then structures lead to each other again and again.
   */
  Hdf5File metered() {
    long some = Hdf5Pages.PAGE + Math.min(object().length(), Long.MAX_VALUE / 8) * 4;
    return new Hdf5File(pages, base, offsetSize, lengthSize, new Allowance(some));
  }

  SourceObject object() {
    return pages.object();
  }

  int offsetSize() {
    return offsetSize;
  }

  int lengthSize() {
    return lengthSize;
  }

  /**
   * Returns where in the object an address is, from where on so many bytes are in it.
   *
   * @param length how many bytes; 0 or more
   */
  long offset(long address, long length) throws CorruptException {
    long most = object().length() - base;
    if (address < 0 || address > most || length > most - address) {
      throw object()
          .corrupt(
              base,
              "%s bytes at the address %s are needed, the file has %d"
                  .formatted(Long.toUnsignedString(length), Long.toUnsignedString(address), most));
    }
    return base + address;
  }

  /** Reads a structure. */
  Hdf5Fields fields(long address, long length) throws IOException {
    long offset = offset(address, length);
    if (length > MAX_STRUCTURE) {
      throw object()
          .unsupported(
              offset,
              "a structure of HDF5 has %d bytes (at most %d)".formatted(length, MAX_STRUCTURE));
    }
    if (allowance.bytes.addAndGet(-length) < 0) {
      throw object().corrupt(offset, "structures of HDF5 lead here again and again");
    }
    return new Hdf5Fields(this, offset, pages.read(offset, (int) length));
  }

  /** Counts a link of one who reads each once. */
  void countLink(String name, Hdf5Fields at) throws UnsupportedFormatException {
    if (allowance.links.decrementAndGet() < 0) {
      throw at.unsupported("there are more than %d links".formatted(Hdf5Group.MAX_LINKS));
    }
    countName(name, at);
  }

  /** Counts a name or a path that is kept. */
  void countName(String name, Hdf5Fields at) throws UnsupportedFormatException {
    if (allowance.nameLength.addAndGet(-name.length()) < 0) {
      throw at.unsupported(
          "the names of links have more than %d characters".formatted(MAX_NAME_LENGTH));
    }
  }

  /** Reads the beginning of a structure: so many bytes, or fewer where the object ends. */
  Hdf5Fields head(long address, int length) throws IOException {
    long left = object().length() - offset(address, 0);
    return fields(address, Math.min(left, length));
  }
}
