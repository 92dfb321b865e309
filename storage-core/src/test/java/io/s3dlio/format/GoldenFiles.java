package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What numpy and TensorFlow wrote: see make_golden.py beside the resources. */
final class GoldenFiles {
  private static final String NONE = "-";

  private static final Map<String, List<String[]>> ROWS = new ConcurrentHashMap<>();

  private GoldenFiles() {}

  /**
   * An array as numpy has it.
   *
   * @param member of an archive; empty if the file is an NPY file
   * @param values little-endian, in C order
   */
  record Array(String file, String member, String dtype, List<Long> shape, byte[] values) {
    @Override
    public String toString() {
      return file + " " + member;
    }
  }

  /**
   * A feature of an Example.
   *
   * @param values little-endian, bytes with their length before each
   */
  record Feature(int record, String name, String kind, byte[] values) {}

  /**
   * A message, and what protobuf makes of it.
   *
   * @param features in order of their names; empty if it is malformed
   */
  record Mutant(byte[] message, Optional<List<Feature>> features) {}

  /**
   * A feature of a SequenceExample.
   *
   * @param inContext whether it is one feature, rather than the steps of a sequence
   * @param steps each with no name
   */
  record Sequence(int record, boolean inContext, String name, List<Feature> steps) {}

  /**
   * A message, and what protobuf makes of it.
   *
   * @param sequences those of the context first, in order of their names; empty if it is malformed
   */
  record SequenceMutant(byte[] message, Optional<List<Sequence>> sequences) {}

  static byte[] file(String name) {
    return rows("files.tsv").stream()
        .filter(row -> row[0].equals(name))
        .map(row -> bytes(row[1]))
        .findFirst()
        .orElseThrow();
  }

  static MemoryObject object(String name) {
    return new MemoryObject(name, file(name));
  }

  static List<Array> arrays() {
    return rows("arrays.tsv").stream()
        .map(row -> new Array(row[0], text(row[1]), row[2], shape(row[3]), bytes(row[4])))
        .toList();
  }

  static List<Array> arrays(String file) {
    return arrays().stream().filter(array -> array.file().equals(file)).toList();
  }

  static List<byte[]> records(String file) {
    return rows("records.tsv").stream()
        .filter(row -> row[0].equals(file))
        .map(row -> bytes(row[1]))
        .toList();
  }

  static List<Feature> features() {
    return rows("examples.tsv").stream()
        .map(row -> new Feature(Integer.parseInt(row[0]), row[1], row[2], bytes(row[3])))
        .toList();
  }

  static List<Mutant> mutants() {
    return rows("mutants.tsv").stream()
        .map(
            row ->
                new Mutant(
                    bytes(row[0]),
                    row.length > 1 && row[1].equals("malformed")
                        ? Optional.empty()
                        : Optional.of(
                            Arrays.stream(row).skip(1).map(GoldenFiles::feature).toList())))
        .toList();
  }

  static List<Sequence> sequences() {
    return rows("sequences.tsv").stream()
        .map(row -> sequence(Integer.parseInt(row[0]), row, 1, row[2]))
        .toList();
  }

  static List<SequenceMutant> sequenceMutants() {
    return rows("sequence-mutants.tsv").stream()
        .map(
            row ->
                new SequenceMutant(
                    bytes(row[0]),
                    row.length > 1 && row[1].equals("malformed")
                        ? Optional.empty()
                        : Optional.of(
                            Arrays.stream(row)
                                .skip(1)
                                .map(text -> text.split(" ", -1))
                                .map(parts -> sequence(0, parts, 0, utf8(parts[1])))
                                .toList())))
        .toList();
  }

  private static String utf8(String text) {
    return new String(bytes(text), UTF_8);
  }

  /** What it is and its name, and then a kind and values for each step. */
  private static Sequence sequence(int record, String[] parts, int from, String name) {
    List<Feature> steps = new ArrayList<>();
    for (int i = from + 2; i < parts.length; i += 2) {
      steps.add(new Feature(0, "", parts[i], bytes(parts[i + 1])));
    }
    return new Sequence(record, parts[from].equals("context"), name, steps);
  }

  private static Feature feature(String text) {
    String[] parts = text.split(" ", -1);
    return new Feature(0, new String(bytes(parts[0]), UTF_8), parts[1], bytes(parts[2]));
  }

  private static List<Long> shape(String text) {
    return text.equals(NONE)
        ? List.of()
        : Arrays.stream(text.split(",")).map(Long::valueOf).toList();
  }

  private static byte[] bytes(String text) {
    return Base64.getDecoder().decode(text(text));
  }

  private static String text(String text) {
    return text.equals(NONE) ? "" : text;
  }

  private static List<String[]> rows(String resource) {
    return ROWS.computeIfAbsent(resource, GoldenFiles::read);
  }

  private static List<String[]> read(String resource) {
    try (InputStream in = GoldenFiles.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
