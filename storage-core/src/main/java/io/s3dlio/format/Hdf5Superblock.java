package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;

/**
 * The beginning of an HDF5 file, of version 0, 1, 2 or 3.
 *
 * @param file the file
 * @param root the address of the root group's object header
 */
record Hdf5Superblock(Hdf5File file, long root) {
  private static final String SIGNATURE = "\u0089HDF\r\n\u001a\n";

  /** It is at the object's beginning, or at this or a power of two times this. */
  private static final int FIRST_USER_BLOCK = 512;

  private static final int LONGEST = 128;
  private static final int SIZES_V0 = 13;
  private static final int SIZES_V2 = 9;

  static Hdf5Superblock read(SourceObject object) throws IOException {
    Hdf5Pages pages = new Hdf5Pages(object);
    for (long base = 0; base < object.length(); base = Math.max(FIRST_USER_BLOCK, 2 * base)) {
      Hdf5Fields fields = new Hdf5File(pages, base, Long.BYTES, Long.BYTES).head(0, LONGEST);
      if (isSignature(fields)) {
        return read(pages, base, fields);
      }
    }
    throw object.corrupt(0, "this is no HDF5 file: there is no signature");
  }

  private static boolean isSignature(Hdf5Fields fields) throws CorruptException {
    for (int i = 0; i < SIGNATURE.length(); i++) {
      if (fields.remaining() == 0 || fields.u8() != SIGNATURE.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static Hdf5Superblock read(Hdf5Pages pages, long base, Hdf5Fields fields)
      throws IOException {
    int version = fields.u8();
    if (version > 3) {
      throw fields.unsupported("version %d of HDF5's superblock is not read".formatted(version));
    }
    fields.at(version < 2 ? SIZES_V0 : SIZES_V2);
    int offsetSize = size(fields);
    int lengthSize = size(fields);
    Hdf5File file = new Hdf5File(pages, base, offsetSize, lengthSize);
    // The same bytes, with the sizes of this file.
    Hdf5Fields sized = file.head(0, LONGEST).at(fields.position());
    return version < 2 ? readOld(file, sized, version) : readNew(file, sized);
  }

  private static int size(Hdf5Fields fields) throws IOException {
    int size = fields.u8();
    if (size != 2 && size != 4 && size != 8) {
      throw fields.unsupported("addresses and lengths of %d bytes are not read".formatted(size));
    }
    return size;
  }

  private static Hdf5Superblock readOld(Hdf5File file, Hdf5Fields fields, int version)
      throws IOException {
    // A reserved byte, how large nodes of trees are, and flags.
    fields.skip(1 + 2 * Short.BYTES + Integer.BYTES);
    if (version == 1) {
      fields.skip(2 * Short.BYTES);
    }
    // The base address, and that of the free space.
    fields.skip(2L * file.offsetSize());
    requireEnd(file, fields);
    // The driver's address, and where the root group's name is.
    fields.skip(2L * file.offsetSize());
    return new Hdf5Superblock(file, fields.address());
  }

  private static Hdf5Superblock readNew(Hdf5File file, Hdf5Fields fields) throws IOException {
    // Flags, the base address, and that of the extension.
    fields.skip(1 + 2L * file.offsetSize());
    requireEnd(file, fields);
    long root = fields.address();
    fields.verifySum(fields.position() + Integer.BYTES);
    return new Hdf5Superblock(file, root);
  }

  private static void requireEnd(Hdf5File file, Hdf5Fields fields) throws CorruptException {
    long end = fields.address();
    if (end < 0 || end > file.object().length()) {
      throw fields.corrupt(
          "the file has %s bytes, the object %d"
              .formatted(Long.toUnsignedString(end), file.object().length()));
    }
  }
}
