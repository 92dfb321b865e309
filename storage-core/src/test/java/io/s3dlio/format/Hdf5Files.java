package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.InflaterInputStream;

/** What h5py wrote: see make_hdf5.py beside the resources. */
final class Hdf5Files {
  private static final List<String[]> ROWS = read();
  private static final Map<String, byte[]> FILES = new LinkedHashMap<>();

  static {
    ROWS.stream()
        .filter(row -> row[0].equals("F"))
        .forEach(row -> FILES.put(row[1], inflated(row[2])));
  }

  private Hdf5Files() {}

  /**
   * A dataset as h5py has it.
   *
   * @param values little-endian, in C order
   */
  record Dataset(String file, String path, String dtype, List<Long> shape, byte[] values) {
    @Override
    public String toString() {
      return file + " " + path;
    }
  }

  static List<String> names() {
    return List.copyOf(FILES.keySet());
  }

  static byte[] file(String name) {
    return Objects.requireNonNull(FILES.get(name)).clone();
  }

  static MemoryObject object(String name) {
    return new MemoryObject(name, file(name));
  }

  static List<Dataset> datasets() {
    return ROWS.stream()
        .filter(row -> row[0].equals("D"))
        .map(row -> new Dataset(row[1], row[2], row[3], shape(row[4]), inflated(row[5])))
        .toList();
  }

  static List<Dataset> datasets(String file) {
    return datasets().stream().filter(dataset -> dataset.file().equals(file)).toList();
  }

  private static List<Long> shape(String text) {
    return text.equals("-")
        ? List.of()
        : Arrays.stream(text.split(",")).map(Long::valueOf).toList();
  }

  private static byte[] inflated(String text) {
    byte[] deflated = Base64.getDecoder().decode(text);
    try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String[]> read() {
    try (InputStream in = Hdf5Files.class.getResourceAsStream("hdf5.tsv")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
