package io.s3dlio.storage.loader;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.PackedEtag;
import io.s3dlio.storage.tuning.SizeSummary;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Whole objects, as arrays instead of a graph, since there may be many millions: the bytes of a key
 * below its root, and at most 40 bytes beside them for an object with an etag of 32 digits.
 */
final class ItemTable implements Items {
  /** Few enough for arrays that a collector with small regions need not keep apart. */
  private static final int CHUNK_LOG2 = 13;

  private static final int CHUNK = 1 << CHUNK_LOG2;
  private static final long UNKNOWN = -1;

  private final List<Location> roots;
  private final List<Chunk> chunks;
  private final long size;
  private final SizeSummary sizes;

  private ItemTable(Builder builder) {
    this.roots = List.copyOf(builder.roots.keySet());
    this.chunks = List.copyOf(builder.chunks);
    this.size = builder.size;
    this.sizes = builder.sizes.build();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public SizeSummary sizes() {
    return sizes;
  }

  @Override
  public DatasetItem item(long index) {
    Chunk chunk = chunks.get((int) (index >>> CHUNK_LOG2));
    int at = (int) index & (CHUNK - 1);
    Location location = roots.get(chunk.root(at)).append(chunk.key(at));
    long length = chunk.length(at);
    return DatasetItem.object(
        location,
        length == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(length),
        chunk.etag(at));
  }

  /**
   * A number of neighbouring items.
   *
   * @param keyEnds where in {@code keys} the key of each ends
   * @param roots the number of each item's root; null if all have the first
   * @param lengths in bytes; null if none is known
   * @param etagEnds where in {@code etags} the etag of each ends; null if none has one
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Chunk(
      byte[] keys,
      int[] keyEnds,
      char @Nullable [] roots,
      long @Nullable [] lengths,
      byte[] etags,
      int @Nullable [] etagEnds) {
    String key(int at) {
      int start = at == 0 ? 0 : keyEnds[at - 1];
      return new String(keys, start, keyEnds[at] - start, UTF_8);
    }

    int root(int at) {
      return roots == null ? 0 : roots[at];
    }

    long length(int at) {
      return lengths == null ? UNKNOWN : lengths[at];
    }

    String etag(int at) {
      int start = etagEnds == null || at == 0 ? 0 : etagEnds[at - 1];
      int end = etagEnds == null ? 0 : etagEnds[at];
      return end == start ? "" : PackedEtag.unpack(etags, start, end);
    }
  }

  /** Collects items. Not thread-safe. */
  static final class Builder {
    private final Map<Location, Integer> roots = new LinkedHashMap<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private final SizeSummary.Builder sizes = new SizeSummary.Builder();
    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
    private final ByteArrayOutputStream etags = new ByteArrayOutputStream();
    private final int[] keyEnds = new int[CHUNK];
    private final int[] etagEnds = new int[CHUNK];
    private final long[] lengths = new long[CHUNK];
    private final char[] rootNumbers = new char[CHUNK];
    private int count;
    private boolean anyLength;
    private long size;

    /**
     * Adds an item.
     *
     * @param root a location that the item's key begins with; few of them for all items
     * @param length in bytes, if it is known
     * @param etag empty if it is not known
     */
    void add(Location root, Location location, OptionalLong length, String etag) {
      Integer number = roots.computeIfAbsent(root, added -> roots.size());
      if (number > Character.MAX_VALUE) {
        throw new IllegalArgumentException(
            "Invalid data set: it has more than %d containers".formatted(Character.MAX_VALUE + 1));
      }
      keys.writeBytes(location.key().substring(root.key().length()).getBytes(UTF_8));
      if (!etag.isEmpty()) {
        etags.writeBytes(PackedEtag.pack(etag));
      }
      keyEnds[count] = keys.size();
      etagEnds[count] = etags.size();
      lengths[count] = length.orElse(UNKNOWN);
      rootNumbers[count] = (char) number.intValue();
      length.ifPresent(sizes::add);
      anyLength |= length.isPresent();
      size++;
      if (++count == CHUNK) {
        finishChunk();
      }
    }

    long size() {
      return size;
    }

    private void finishChunk() {
      chunks.add(
          new Chunk(
              keys.toByteArray(),
              Arrays.copyOf(keyEnds, count),
              roots.size() > 1 ? Arrays.copyOf(rootNumbers, count) : null,
              anyLength ? Arrays.copyOf(lengths, count) : null,
              etags.toByteArray(),
              etags.size() > 0 ? Arrays.copyOf(etagEnds, count) : null));
      keys.reset();
      etags.reset();
      count = 0;
      anyLength = false;
    }

    ItemTable build() {
      if (count > 0) {
        finishChunk();
      }
      return new ItemTable(this);
    }
  }
}
