package io.s3dlio.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What reads files that anybody may have made. */
enum Decoder {
  NPY("lf4.npy", "bu2-fortran.npy", "lU5.npy", "cube-fortran-big.npy", "version-3.npy") {
    @Override
    void decode(MemoryObject object) throws IOException {
      readSome(NpyReader.open(object, object.info()));
    }
  },
  NPZ("savez.npz", "compressed.npz", "zip64.npz", "comment.npz", "names.npz") {
    @Override
    void decode(MemoryObject object) throws IOException {
      NpzReader archive = NpzReader.open(object, object.info());
      for (NpzMember member : archive.members()) {
        readSome(archive.open(member, false));
        readSome(archive.open(member, true));
      }
    }
  },
  HDF5 {
    private static final List<String> FILES =
        List.of(
            "small.h5",
            "small-latest.h5",
            "small-growing.h5",
            "small-growing-latest.h5",
            "small-tree.h5",
            "small-tree-latest.h5",
            "small-links-latest.h5",
            "partial-plain.h5",
            "links.h5",
            "links-latest.h5",
            "attributes-latest.h5",
            "sizes-4.h5",
            "shapes-latest.h5",
            "types-latest.h5");

    /** Finding the structures of a file takes longer than all that is done with it. */
    private final Map<byte[], Hdf5Sums> sums = new IdentityHashMap<>();

    @Override
    List<byte[]> read() {
      return FILES.stream().map(Hdf5Files::file).toList();
    }

    @Override
    byte[] repaired(byte[] seed, byte[] damaged) {
      return sums.computeIfAbsent(seed, Hdf5Sums::new).renewed(damaged);
    }

    @Override
    void decode(MemoryObject object) throws IOException {
      Hdf5ReaderTest.readAll(object);
    }
  },
  TFRECORD("records.tfrecord", "examples.tfrecord") {
    @Override
    byte[] repaired(byte[] seed, byte[] damaged) {
      return withSums(damaged);
    }

    @Override
    void decode(MemoryObject object) throws IOException {
      records(object, TfRecordCompression.NONE, TfRecordReader::data);
      TfRecordSplits.byHopping(object, object.info(), 1, true);
    }
  },
  TFRECORD_GZIP("records-gzip.tfrecord", "members.tfrecord", "none-gzip.tfrecord") {
    @Override
    void decode(MemoryObject object) throws IOException {
      records(object, TfRecordCompression.GZIP, TfRecordReader::data);
    }
  },
  TFRECORD_ZLIB("records-zlib.tfrecord", "none-zlib.tfrecord") {
    @Override
    void decode(MemoryObject object) throws IOException {
      records(object, TfRecordCompression.ZLIB, TfRecordReader::data);
    }
  },
  EXAMPLE("examples.tfrecord") {
    @Override
    byte[] repaired(byte[] seed, byte[] damaged) {
      return withSums(damaged);
    }

    @Override
    void decode(MemoryObject object) throws IOException {
      records(object, TfRecordCompression.NONE, TfRecordReader::example);
    }
  },
  SEQUENCE_EXAMPLE("sequences.tfrecord", "examples.tfrecord") {
    @Override
    byte[] repaired(byte[] seed, byte[] damaged) {
      return withSums(damaged);
    }

    @Override
    void decode(MemoryObject object) throws IOException {
      records(object, TfRecordCompression.NONE, TfRecordReader::sequenceExample);
    }
  },
  INDEX("records.tfrecord.idx") {
    @Override
    void decode(MemoryObject object) throws IOException {
      MemoryObject records = GoldenFiles.object("records.tfrecord");
      TfRecordSplits.byIndex(object, object.info(), records.info(), 1);
    }
  };

  /** No more than this is read of an array: files may say what they like. */
  private static final int SOME = 1 << 14;

  private static final int MAX_RECORD = 1 << 20;

  private final List<String> files;
  private List<byte[]> seeds = List.of();

  Decoder(String... files) {
    this.files = List.of(files);
  }

  /** Returns files that are right, and always the same arrays. */
  List<byte[]> seeds() {
    if (seeds.isEmpty()) {
      seeds = read();
    }
    return seeds;
  }

  List<byte[]> read() {
    return files.stream().map(GoldenFiles::file).toList();
  }

  /** Returns a file that was made of a right one, with the sums that it should have. */
  byte[] repaired(byte[] seed, byte[] damaged) {
    return damaged;
  }

  /** Reads all that there is. */
  abstract void decode(MemoryObject object) throws IOException;

  static void readSome(ArrayReader array) throws IOException {
    int item = Math.max(1, array.dtype().itemSize());
    long some = Math.min(array.dataLength(), SOME) / item * item;
    for (long offset : new long[] {0, array.dataLength() - some}) {
      NpyReaderTest.read(array, offset, (int) some);
    }
  }

  private interface Reading {
    Object read(TfRecordReader reader) throws IOException;
  }

  private static void records(MemoryObject object, TfRecordCompression compression, Reading reading)
      throws IOException {
    try (TfRecordReader reader =
        TfRecordReader.open(object, object.info(), compression, true, MAX_RECORD)) {
      while (reader.next()) {
        reading.read(reader);
      }
    }
  }

  /** Returns records with the sums of what they hold, as far as their lengths lead. */
  private static byte[] withSums(byte[] file) {
    byte[] other = file.clone();
    ByteBuffer bytes = ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN);
    long at = 0;
    while (at >= 0 && at <= other.length - TfRecord.HEAD) {
      int head = (int) at;
      bytes.putInt(head + Long.BYTES, MaskedCrc32c.of(bytes.slice(head, Long.BYTES)));
      long length = bytes.getLong(head);
      if (length < 0 || length > other.length - head - TfRecord.HEAD - TfRecord.TAIL) {
        break;
      }
      int data = head + TfRecord.HEAD;
      bytes.putInt(data + (int) length, MaskedCrc32c.of(bytes.slice(data, (int) length)));
      at = data + length + TfRecord.TAIL;
    }
    return other;
  }
}
