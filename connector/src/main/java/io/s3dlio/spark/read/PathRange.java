package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import java.util.Optional;

/**
 * Where the paths lie that a query's filters leave. All of them do; not all that lie there are
 * left.
 *
 * @param prefix what the paths begin with; empty for anything
 * @param first none is before this one; empty for anything
 * @param last none is after this one; empty for anything
 */
record PathRange(String prefix, String first, String last) {
  static final PathRange ALL = new PathRange("", "", "");

  /** The longest key of every store, in bytes; of Azure's in characters. */
  private static final int MAX_KEY = 1024;

  /** Returns where paths lie that are in both ranges. */
  PathRange and(PathRange other) {
    return new PathRange(
        longer(prefix, other.prefix),
        Location.KEY_ORDER.compare(first, other.first) >= 0 ? first : other.first,
        last.isEmpty() || (!other.last.isEmpty() && isBefore(other.last, last))
            ? other.last
            : last);
  }

  private static String longer(String one, String other) {
    return one.length() >= other.length() ? one : other;
  }

  private static boolean isBefore(String one, String other) {
    return Location.KEY_ORDER.compare(one, other) < 0;
  }

  /** Returns what of a prefix has to be listed; empty for nothing. */
  Optional<KeyRange> below(Location root, boolean recursive) {
    String whole = root.toString();
    String start = longer(prefix, commonPrefix(first, last));
    if (!start.startsWith(whole) && !whole.startsWith(start)) {
      return Optional.empty();
    }
    String asked = longer(whole, start);
    if (isBehind(asked) || (!recursive && asked.indexOf('/', whole.length()) >= 0)) {
      return Optional.empty();
    }
    int key = whole.length() - root.key().length();
    KeyRange range =
        new KeyRange(
            root.withKey(asked.substring(key)),
            isBefore(asked, first) ? shortened(root, before(first).substring(key)) : "",
            last.startsWith(whole) ? last.substring(key) + '\0' : null);
    return isLong(root, range.prefix().key()) ? Optional.empty() : Optional.of(range);
  }

  /** Returns whether no path that begins with this text is between the bounds. */
  private boolean isBehind(String text) {
    return (!last.isEmpty() && isBefore(last, text))
        || (isBefore(text, first) && !first.startsWith(text));
  }

  /** The beginning of a text is before it. */
  private static String shortened(Location root, String key) {
    return isLong(root, key) ? key.substring(0, MAX_KEY / 4) : key;
  }

  private static boolean isLong(Location root, String key) {
    return (root.scheme().equals("az") ? key.length() : key.getBytes(UTF_8).length) > MAX_KEY;
  }

  private static String commonPrefix(String one, String other) {
    int length = 0;
    while (length < Math.min(one.length(), other.length())
        && one.charAt(length) == other.charAt(length)) {
      length++;
    }
    return one.substring(0, length);
  }

  /** Returns a text before another, with few keys between them: stores list only after a key. */
  private static String before(String text) {
    int end = text.length() - 1;
    char last = text.charAt(end);
    String head = text.substring(0, end);
    return last > '!' && last <= '~' ? head + (char) (last - 1) + '~' : head;
  }
}
