package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the sums of a damaged HDF5 file right again, so that the damage is read. */
final class Hdf5Sums {
  private static final List<String> SIGNATURES =
      List.of(
          "\u0089HDF",
          "OHDR",
          "OCHK",
          "FRHP",
          "FHIB",
          "BTHD",
          "BTIN",
          "BTLF",
          "FAHD",
          "FADB",
          "EAHD",
          "EAIB",
          "EASB",
          "EADB");

  /** Up to which length a structure is looked for. */
  private static final int LONGEST = 8192;

  private final List<Structure> structures = new ArrayList<>();

  /**
   * @param end where its sum is
   */
  private record Structure(int start, int end) {}

  /** Finds the structures of a file that have a sum. */
  Hdf5Sums(byte[] file) {
    String text = new String(file, ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (String signature : SIGNATURES) {
      for (int at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 1)) {
        byte[] from = Arrays.copyOfRange(file, at, Math.min(file.length, at + LONGEST));
        for (int length = 4; length <= from.length - 4; length++) {
          if (Lookup3.hash(from, length) == bytes.getInt(at + length)) {
            structures.add(new Structure(at, at + length));
          }
        }
      }
    }
  }

  int count() {
    return structures.size();
  }

  /** Returns the file with the sums of what it holds now. */
  byte[] renewed(byte[] damaged) {
    byte[] file = damaged.clone();
    for (Structure structure : structures) {
      if (structure.end + Integer.BYTES <= file.length) {
        byte[] summed = Arrays.copyOfRange(file, structure.start, structure.end);
        ByteBuffer.wrap(file)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(structure.end, Lookup3.hash(summed, summed.length));
      }
    }
    return file;
  }
}
