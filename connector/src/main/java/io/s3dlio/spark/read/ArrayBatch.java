package io.s3dlio.spark.read;

import io.s3dlio.spark.read.ArrayDecoding.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one batch of arrays, and what their data are.
 *
 * @param rows where the data of each row lie in the batch's memory
 * @param arrays what each row says besides
 * @param runs the data, in the order of the rows; none if nobody asks for data
 * @param ended the objects of which this batch has the last row
 */
record ArrayBatch(RowBatch rows, List<ArrayRow> arrays, List<Run> runs, List<DecodedObject> ended) {
  ArrayBatch {
    arrays = List.copyOf(arrays);
    runs = List.copyOf(runs);
    ended = List.copyOf(ended);
  }

  /**
   * Samples that follow each other.
   *
   * @param start where in the batch's memory they begin
   * @param length of all of them, in bytes; more than 0
   */
  record Run(DecodedObject object, Part part, long first, int start, int length) {}

  /** Collects rows. */
  static final class Builder {
    private final boolean data;
    private final RowBatch.Builder rows;
    private final List<ArrayRow> arrays = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private final List<DecodedObject> ended = new ArrayList<>();

    /**
     * @param data whether anybody asks for data; without it every row counts as empty
     */
    Builder(ObjectTable objects, boolean data) {
      this.data = data;
      this.rows = new RowBatch.Builder(objects, Long.MAX_VALUE);
    }

    int rows() {
      return rows.rows();
    }

    int bytes() {
      return rows.bytes();
    }

    /**
     * Adds some samples of an array.
     *
     * @param place of the array in its object
     * @param numbered whether rows are numbered by samples, or else by arrays
     */
    void add(DecodedObject object, int place, long first, long count, boolean numbered) {
      Part part = object.parts().get(place);
      long length = data ? part.samples().sampleLength() : 0;
      int start = rows.bytes();
      String dtype = part.array().dtype().littleEndianName();
      for (long sample = first; sample < first + count; sample++) {
        rows.add(object.number(), 0, length);
        arrays.add(
            new ArrayRow(
                part.name(), dtype, part.samples().sampleShape(), numbered ? sample : place));
      }
      if (count > 0 && length > 0) {
        runs.add(new Run(object, part, first, start, rows.bytes() - start));
      }
    }

    void ended(DecodedObject object) {
      ended.add(object);
    }

    ArrayBatch build() {
      return new ArrayBatch(rows.build(), arrays, runs, ended);
    }
  }

  /** Closes the objects that end with this batch. Idempotent. */
  void close() {
    ended.forEach(DecodedObject::close);
  }
}
