package io.s3dlio.storage.stream;

/**
 * How an object is read as a stream.
 *
 * @param bufferSize bytes of one buffer, which one range of the object fills; 4 KiB to 1 GiB
 * @param buffers how many buffers the stream has at most, 1 to 1024: the one that is read from and
 *     those that are filled ahead of it. It begins with one, and has twice as many after each
 *     buffer that was read to its end, so that whoever seeks fetches little in vain
 * @param decompress whether an object whose key ends with {@code .zst} is read as what was
 *     compressed, which takes one buffer more
 */
public record StreamOptions(int bufferSize, int buffers, boolean decompress) {
  private static final int MIN_BUFFER = 4 << 10;
  private static final int MAX_BUFFER = 1 << 30;
  private static final int MAX_BUFFERS = 1024;

  /** Four buffers of 1 MiB; every object as it is. */
  public static final StreamOptions DEFAULT = new StreamOptions(1 << 20, 4, false);

  public StreamOptions {
    requireIn("bufferSize", bufferSize, MIN_BUFFER, MAX_BUFFER);
    requireIn("buffers", buffers, 1, MAX_BUFFERS);
  }

  public StreamOptions withBufferSize(int bytes) {
    return new StreamOptions(bytes, buffers, decompress);
  }

  public StreamOptions withBuffers(int count) {
    return new StreamOptions(bufferSize, count, decompress);
  }

  public StreamOptions withDecompress(boolean asked) {
    return new StreamOptions(bufferSize, buffers, asked);
  }

  private static void requireIn(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be in [%d, %d])".formatted(name, value, min, max));
    }
  }
}
